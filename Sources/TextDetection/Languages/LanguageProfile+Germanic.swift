internal import Events

extension LanguageProfile {
    static let germanic: [LanguageProfile] = [
        LanguageProfile(
            "en", .latin, tolerated: "éèêïçñöüà",
            """
            the and is are was were be been of to in that it for on with as at by this from they you we not have has had but \
            or which would their what there if will his her its about when who can do did our your all no my he she him them \
            so an up out just like get how some any then than more these those into over could should don where why because \
            only after before other also very been being i am me us too
            """),
        LanguageProfile(
            "de", .latin, letters: "äöüß", tolerated: "éèàâêç",
            """
            der die das und ist nicht ich sie wir ihr ein eine einen einem einer mit auf für von dem den des sich auch es als \
            wie bei nach aus wird werden wurde wurden haben hat sind war noch nur oder aber wenn dass über zum zur im vom kann \
            schon sehr mehr keine kein zu in an er so am um diese dieser dieses können soll muss unter durch vor man alle was \
            hier mich mir dich dir uns euch doch bis gegen ohne eines habe bin bist seid waren sein seine
            """),
        LanguageProfile(
            "nl", .latin, tolerated: "ëéèïöüáóêà",
            """
            de het een en van is dat niet ik je hij zij wij we met op voor te aan er maar om ook als bij dan nog naar uit zijn \
            was heeft hebben wordt worden werd kan geen wel deze die over door tot in of dit niet meer hoe wat waar zou zal \
            moet kunnen mijn jouw haar hun ons onze tegen onder omdat veel zonder tussen alle mag wil
            """),
        LanguageProfile(
            "af", .latin, letters: "ê", tolerated: "ëôûéèïáüöî",
            """
            die en van is het nie dat ek hy sy ons julle hulle met op vir te om ook as by dan nog na uit was word kan geen wel \
            hierdie daardie oor deur tot in of wat waar sal moet my jou hom haar hul onder want sonder tussen alle wil aan \
            wees gebruik asseblief moenie maar so hoe of daar meer slegs minste vanaf nadat wanneer wat n waarde dié ten hierdie nie
            """),
        LanguageProfile(
            "sv", .latin, letters: "åäö", tolerated: "éüà",
            """
            och att det som en ett är på för av med den till inte har de om var jag han hon vi ni men så från kan när sig vid \
            nu eller också efter där mycket i du ska skulle blir hade kunde vara än mot ut upp under utan sin sitt dig \
            mig oss dem detta denna dessa finns alla något någon inga ingen måste vill över
            """),
        LanguageProfile(
            "da", .latin, letters: "æøå", tolerated: "éöüäèê",
            """
            og at det som en et er på for af med den til ikke har de om var jeg han hun vi men så fra kan når sig ved nu eller \
            også efter der meget i du skal skulle blev havde kunne være end mod ud op under uden sin sit dig mig os dem dette \
            denne disse findes alle noget nogen ingen må vil over hvor hvad blive bliver hvis kun
            """),
        LanguageProfile(
            "no", .latin, letters: "æøå", tolerated: "éöüäòèê",
            """
            og at det som en et er på for av med den til ikke har de om var jeg han hun vi men så fra kan når seg ved nå eller \
            også etter der mye i du skal skulle ble hadde kunne være enn mot ut opp under uten sin sitt deg meg oss dem dette \
            denne disse finnes alle noe noen ingen må vil over hvor hva bli blir hvis bare ei ikkje eg frå
            """),
        LanguageProfile(
            "is", .latin, letters: "áðéíóúýþæö",
            """
            og að það sem er í á til við ekki hefur þeir um var ég hann hún við en svo frá getur þegar sig hjá nú eða einnig \
            eftir þar mjög þú skal myndi verður hafði vera úr mun með af fyrir ekki þessi þetta þessa allir þess hvað ef upp
            """),
    ]

    static let romance: [LanguageProfile] = [
        LanguageProfile(
            "fr", .latin, letters: "éèêàçùûôîâœëï", tolerated: "üöñæÿ",
            """
            le la les des du de et est un une que qui dans pour pas ne sur au aux avec ce cette il elle nous vous ils sont par \
            plus se son sa ses mais ou où été être leur comme tout fait sans même aussi je tu on en y à si ces cet mon ma mes \
            ton votre notre nos vos ont était avait peut doit lui donc quand très bien deux autre autres entre sous depuis \
            l d c s n qu j cela ça elles
            """),
        LanguageProfile(
            "es", .latin, letters: "ñáéíóú¿¡", tolerated: "üçàè",
            """
            el la los las de que y en un una es con por para no se del al lo como más pero sus le ya este sí porque esta entre \
            cuando muy sin sobre también me hasta hay donde quien desde todo nos su a o si ha son fue ser está están tiene \
            puede esto eso esa ese ni mi tu te yo él ella ellos nosotros todos cada otro otra había era qué cómo aquí
            """),
        LanguageProfile(
            "pt", .latin, letters: "ãõçáéíóúâêô", tolerated: "àüñè",
            """
            o a os as de que e do da em um uma é para com não por mais dos das se na no como mas ao ele foi seu sua ou ser \
            quando muito nos já está eu também só pelo pela até isso são às aos nas ela eles você vocês tem têm pode este esta \
            isto essa esse entre sem sobre depois era há ter foram onde quem seus suas minha meu
            """),
        LanguageProfile(
            "gl", .latin, letters: "ñáéíóú", tolerated: "üïç",
            """
            o a os as de que e do da en un unha é para con non por máis dos das se na no como mais pero ao el foi seu súa ou \
            ser cando moito nos xa está eu tamén só polo pola ata iso son ás aos nas ela eles ten pode este esta isto esa ese \
            entre sen sobre despois era hai ter foron onde quen
            """),
        LanguageProfile(
            "ca", .latin, letters: "àèéíòóúçï·", tolerated: "üñáê",
            """
            el la els les de que i en un una és amb per no es del al ho com més però seus li ja aquest aquesta sí perquè entre \
            quan molt sense sobre també em fins hi on qui des tot ens o si ha són va ser està té pot això ni meu jo ell \
            ella ells nosaltres tots cada altre altra havia era què dels als pel pels l d s n amb
            """),
        LanguageProfile(
            "it", .latin, letters: "àèéìòù", tolerated: "êîöüç",
            """
            il lo la gli le di che e è un una non per con del della dei delle al alla nel nella sono ha ho si più come ma \
            anche questo questa da su ci mi dal loro essere quando perché i a in o se ed dello degli dalla nei nelle alle \
            agli sul sulla suo sua suoi tutti tutto era stato stata può deve io tu lui lei noi voi hanno abbiamo fra tra senza \
            dopo l d un c quello quella cui
            """),
        LanguageProfile(
            "ro", .latin, letters: "ăâîșțşţ", tolerated: "éáöü",
            """
            și şi de la în pe cu nu este că să un o a din care pentru mai sunt ce au se al ale lui ei fi fost dar sau prin \
            după între când foarte fără despre până unde tot ne vă îl îi le lor acest această aceste acestea aceasta poate \
            trebuie dacă doar nici eu tu el ea noi voi ele cele cel cea unei unui iar ca am ai are era
            """),
    ]
}
