internal import Events

extension LanguageProfile {
    static let slavicLatin: [LanguageProfile] = [
        LanguageProfile(
            "pl", .latin, letters: "ąćęłńóśźż", tolerated: "éöü",
            """
            i w nie na się z do to że jest jak o co ale po od za przez dla są był była tym tego tylko czy już może być ich \
            który która które gdy oraz także a u ze we jego jej ten ta te tej tych nas nam was mnie mi ci ty ja my wy on ona \
            oni lub jeśli bez przy pod nad między bardzo kiedy gdzie było były można należy
            """),
        LanguageProfile(
            "cs", .latin, letters: "áčďéěíňóřšťúůýž", tolerated: "öüä",
            """
            a v je na se že z do to s o si jak ale po od za pro jsou byl byla tím toho jen už může být jejich který která \
            které když také i u ze ve jeho její ten ta tě ty tuto tento nás nám vás mě mi já my vy on ona nebo pokud bez při \
            pod nad mezi velmi kde bylo byly není nejsou aby podle před jako tak až co k ke není lze
            """),
        LanguageProfile(
            "sk", .latin, letters: "áäčďéíĺľňóôŕšťúýž", tolerated: "öüěř",
            """
            a v je na sa že z do to s o si ako ale po od za pre sú bol bola tým toho len už môže byť ich ktorý ktorá ktoré keď \
            tiež aj u zo vo jeho jej ten tá ťa ty túto tento nás nám vás ma mi ja my vy on ona alebo ak bez pri pod nad medzi \
            veľmi kde bolo boli nie nemá aby podľa pred tak až čo k ku i nie sú
            """),
        LanguageProfile(
            "sl", .latin, letters: "čšž", tolerated: "ćđéöü",
            """
            in v je na se da z s za ne ki so po od pri kot tudi ali pa bi bil bila tem tega le že lahko biti njihov kateri \
            ko za iz ta ti te to nas nam vas me mi jaz vi on ona oni če brez pod nad med zelo kjer bilo bili ni niso kako kaj \
            ker do bo bodo sem smo ste jih ga ni vse več naj
            """),
        LanguageProfile(
            "sh", .latin, letters: "čćđšž", tolerated: "éöü",
            """
            i u je na se da od za ne koji koja koje su po pri kao takođe također ili ali bi bio bila tim toga samo već može \
            biti njihov kada kad iz sa s taj ta te to nas nam vas me mi ja vi on ona oni ako bez pod nad među vrlo gdje gde \
            bilo bili nije nisu kako što šta jer do će smo ste ih ga sve više neka ovaj ova ovo o a nego
            """),
        LanguageProfile(
            "lt", .latin, letters: "ąčęėįšųūž",
            """
            ir yra kad į iš su ne tai bet kaip ar apie po už nuo iki per dėl jis ji jie jos mes aš jūs buvo būti gali turi šis \
            ši šio šios tas ta tik dar jau jei jeigu kai kur kas arba prie be prieš pagal tarp labai visi visų savo jo jų mūsų \
            nėra bus taip pat kuris kuri kurie o
            """),
        LanguageProfile(
            "lv", .latin, letters: "āčēģīķļņšūž",
            """
            un ir ka no ar uz par ne tas bet kā vai pie pēc līdz caur viņš viņa viņi mēs es jūs bija būt var šis šī šo tā to \
            tie tikai vēl jau ja kad kur kas lai bez pirms starp ļoti visi visu savu to mūsu nav būs arī kurš kura kuri tiek \
            tika nevar jo
            """),
    ]

    /// Words that Indonesian and Malay share.
    private static let malay = """
        yang dan di ke dari untuk dengan ini itu tidak akan adalah pada oleh juga dalam sudah telah kami kita mereka saya \
        anda ada atau tetapi seperti para lebih hanya belum lagi bagi jika bukan sangat banyak dapat secara ketika beberapa \
        tersebut sebagai kalau dia ia aku kau sama lalu setelah sebelum antara maka namun agar apa sebuah seorang semua \
        merupakan menjadi jangan kepada daripada supaya perlu apabila ialah tiada hendak satu hari orang harap pula malah \
        serta tanpa sejak hingga sampai masih baru sekarang sini sana mana siapa bagaimana mengapa kenapa itulah inilah \
        suatu tiap setiap boleh sedangkan kamu tak terhadap atas bawah melalui tentang
        """

    static let otherLatin: [LanguageProfile] = [
        // What both write, and then what one of them does: often only that there is not enough of it can be said.
        LanguageProfile(
            "id", .latin, tolerated: "é",
            malay + """
                 karena bisa bahwa silakan berbeda gak nggak enggak ga kalian cuma udah aja harus saat coba mau kok dong sih \
                maupun banget kayak apakah tapi kantor uang
                """),
        LanguageProfile(
            "ms", .latin, tolerated: "é",
            malay + """
                 kerana bahawa sahaja selepas adakah sila berbeza nak mahu ianya semasa mesti awak korang takde macam \
                kat cakap dekat bila tengok sebarang samada iaitu manakala
                """),
        LanguageProfile(
            "tl", .latin, tolerated: "ñé",
            """
            ang ng sa na mga ay at hindi ito para siya ako ka ko mo po kung may dahil nila namin tayo sila lang ni kay din ang \
            iyong ng isang wala walang mayroon maaari upang nang ngunit pero kapag bago ayon niya kanyang rin kami kayo ba \
            pa man lamang naman yung yan nito
            """),
        LanguageProfile(
            "vi", .latin, letters: "ăâđêôơưáàảãạ",
            """
            và của là có không được cho trong một các những với người này đã để khi cũng như từ đến về tôi chúng sẽ ở ra \
            nhưng thì mà nếu hay hoặc bị do vào theo tại trên sau trước rất nhiều bạn anh em nó họ ta đó đang làm phải chỉ \
            hơn lại vì
            """),
        LanguageProfile(
            "tr", .latin, letters: "çğıİöşü", tolerated: "âîûé",
            """
            ve bir bu da de için ile çok daha ne gibi kadar olan olarak değil ama var yok ben sen biz siz onlar her en sonra \
            önce ya mi mı ki şu oldu olduğu o diye veya ise tüm bana sana onun bunun kendi hiç mu mü çünkü eğer üzerinde \
            içinde tarafından şey nasıl neden bütün olmayan olması yeni edilemedi
            """),
        LanguageProfile(
            "az", .latin, letters: "çəğıİöşü",
            """
            və bir bu da də üçün ilə çox daha nə kimi qədər olan olaraq deyil amma var yox mən sən biz siz onlar hər ən sonra \
            əvvəl ya ki o deyə və ya isə bütün mənə sənə onun bunun öz heç çünki əgər üzərində içində tərəfindən necə niyə
            """),
        LanguageProfile(
            "uz", .latin, tolerated: "ʻʼ",
            """
            va bir bu da uchun bilan juda ham nima kabi qadar bo emas lekin ammo bor yo men sen biz siz ular har eng keyin \
            oldin yoki agar chunki o bilan uning hech bunday qanday barcha kerak mumkin edi ekan deb shu
            """),
        LanguageProfile(
            "ku", .latin, letters: "çêîşû",
            """
            û ku di de ji bi li ez tu ew em hûn wan min te me we vê vî wê wî yê ya yên ên jî bo ne na dikin dike kir bû bûn \
            heye hene ser nav piştî berî lê an her gelek yek du xwe hemû çi çawa divê dikare tune nehate
            """),
        LanguageProfile(
            "so", .latin,
            """
            iyo waa oo ka ku la in uu ay ah aan soo lagu laga kale waxaa sida sidoo inay inuu ayaa dadka laakiin kuwa mid wax \
            waxay waxuu wuxuu ma lama aad u ahaa yahay tahay isku kala loo looga leh hadii haddii marka kasta badan si
            """),
        LanguageProfile(
            "sw", .latin,
            """
            na ya wa kwa ni katika za la cha kuwa hii huo hiyo lakini pia kama au si wake yao hivyo baada sana watu huu ambayo \
            ambao yake kutoka wote hakuna yangu yako ili hapa huyo mimi wewe sisi kila zaidi bila tu vya hizi hizo haya hao \
            hilo hili ndani kabla
            """),
        LanguageProfile(
            "ha", .latin, letters: "ɓɗƙƴ",
            """
            da na a ya ta ba ne ce cikin don wannan an shi ita su ka ki mu ku sun kuma amma ko daga zuwa wani wata duk sai \
            abin yana tana suna muna za bayan kafin akan kan domin yadda lokacin har akwai babu mutane wanda wadda ga in \
            haka kamar game
            """),
        LanguageProfile(
            "yo", .latin, letters: "ẹọṣàáèéìíòóùú",
            """
            ati ti ni si awọn fun lati wa pe jẹ o mo wọn rẹ naa yi ko kan ki o bi ba ninu sugbọn tabi gbogbo àti ní sí fún \
            láti pé wọn àwọn tí náà kò lè ó
            """),
        LanguageProfile(
            "hu", .latin, letters: "áéíóöőúüű",
            """
            a az és hogy nem is egy ez meg de ha van volt csak már el ki fel le be még vagy mint amely akkor ezt azt nincs \
            lehet kell minden itt ott nagyon után előtt szerint között mert én te ő mi ti ők aki ami ezek azok sem lesz \
            számára által nélkül
            """),
        LanguageProfile(
            "fi", .latin, letters: "äö", tolerated: "åéšž",
            """
            ja on ei se että oli hän en mutta tai kun niin kuin ovat myös jos joka mitä ole vain sen sitä tämä tämän ne hänen \
            olen olet olemme voi mukaan jälkeen kanssa ennen ilman sekä jo vielä nyt kaikki minä sinä me te he jotka tässä \
            siitä sitten koska ollut olla eivät onko
            """),
        LanguageProfile(
            "et", .latin, letters: "äõöü", tolerated: "šžéå",
            """
            ja on ei see et oli ta kui aga või ka siis mis kes nii selle seda need nende ma sa me te nad oma kõik juba veel \
            nüüd pärast enne ilma koos peab võib saab olla olnud pole siin seal väga välja üle kuid ning mida kus
            """),
        LanguageProfile(
            "sq", .latin, letters: "ëç", tolerated: "éâ",
            """
            dhe e të në i për me një nuk që është janë nga si do ka kanë më ai ajo ata ne ju ky kjo këto se por ose edhe kur \
            ku pa deri pas para mund duhet ishte u a së në tij saj tyre gjithë shumë vetëm çdo
            """),
        LanguageProfile(
            "cy", .latin, letters: "âêîôŵŷ", tolerated: "ïöûá",
            """
            y yr a ac yn i o ar am mae nid ni ei eu eich ein fy dy fod wedi ddim hwn hon hyn gan gyda ond neu os pan sydd oedd \
            bydd gallwch rhaid cael wrth at dros heb rhwng iawn pob mwy chi mi hi nhw
            """),
        LanguageProfile(
            "ga", .latin, letters: "áéíóú",
            """
            an na agus is ar ag i go do le ní níl tá bhí a as de faoi gan mar nó seo sin sé sí siad mé tú sinn muid ach má \
            nuair atá raibh bheidh chun chuig idir roimh tar cad conas gach
            """),
        LanguageProfile(
            "eu", .latin, tolerated: "ñçé",
            """
            eta da ez bat du dira hau hori edo baina ere dute dago dagoen egin behar izan zen ziren duen den dituen zer nola \
            non gehiago guztiak bere zure gure dela badago ezin daiteke baino arte gabe batean
            """),
    ]
}
