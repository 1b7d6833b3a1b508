extension ContextCues {
    /// In English, German, French, Russian, Indonesian, Arabic and Urdu. Verbs stand as they are said of others.
    static let words: [(kind: Kind, phrases: String)] =
        reporting.map { (.reporting, $0) } + endorsing.map { (.endorsing, $0) } + denying.map { (.denying, $0) }
        + denyingAround.map { (.denyingAround, $0) } + educational.map { (.educational, $0) }
        + [(.firstPerson, "i,we,ich,wir,je,nous,я,мы,saya,aku,kami,kita,أنا,نحن,میں نے,ہم")]

    private static let reporting = [
        """
        said,says,told,reported,reports,reportedly,according to,claimed,claims,stated,announced,alleged,allegedly,wrote,\
        writes,accused,quoted,warned,warns,condemned,condemns,denounced,denounces,criticised,criticized,recalled,\
        testified,posted,chanted,shouted,threatened
        """,
        """
        sagte,sagten,sagt,berichtet,berichtete,berichteten,laut,zufolge,erklärte,erklärten,teilte,teilten,behauptete,\
        behauptet,schrieb,schrieben,schreibt,warnte,warnten,verurteilte,verurteilten,verurteilt,kritisierte,beschuldigte,\
        zitierte,angeblich,drohte,drohten,gerufen,riefen
        """,
        """
        a dit,ont dit,dit il,dit elle,selon,d'après,déclare,déclaré,affirme,affirmé,annonce,annoncé,rapporte,rapporté,\
        rapportent,a écrit,ont écrit,accuse,accusé,accusés,condamne,condamné,dénonce,dénoncé,raconte,raconté,menacé,\
        averti,scandé
        """,
        """
        сказал,сказала,сказали,сообщил,сообщила,сообщили,сообщает,сообщают,заявил,заявила,заявили,по словам,по данным,\
        согласно,написал,написала,написали,пишет,пишут,утверждает,утверждал,утверждали,осудил,осудила,осудили,обвинил,\
        обвинили,рассказал,рассказала,рассказали,предупредил,предупредила,угрожал,угрожали,кричали
        """,
        """
        kata,katanya,berkata,mengatakan,ujar,ujarnya,tutur,menurut,melaporkan,dilaporkan,menyatakan,menulis,mengutuk,\
        mengecam,menuduh,mengklaim,memperingatkan,mengancam,dikutip,menceritakan,meneriakkan
        """,
        """
        قال,قالت,قالوا,ذكر,ذكرت,أفاد,أفادت,أعلن,أعلنت,صرح,صرحت,وفقا,بحسب,نقل,نقلت,كتب,كتبت,زعم,زعمت,اتهم,اتهمت,أدان,\
        أدانت,استنكر,استنكرت,ندد,نددت,حذر,حذرت,روى,روت,هدد,هددت,هتف,هتفوا
        """,
        """
        کہا,کہتے ہیں,کہتا ہے,بتایا,بقول,کے مطابق,رپورٹ,اعلان کیا,لکھا,الزام,مذمت,دعویٰ,خبردار,دھمکی,نعرہ لگایا
        """,
    ]

    private static let endorsing = [
        """
        rightly,agree,i support,we support,well said,so true,is right,are right,was right,were right,hero,heroes,amen,\
        join us,join them,join now,long live,glory,let us,we must,we will,share this,spread this,bravo,proud,salute,\
        exactly,praise,about time,do it,rise up
        """,
        """
        zu recht,hat recht,haben recht,hatte recht,genau,stimme zu,unterstütze,wir müssen,wir werden,lasst uns,macht mit,\
        schließt euch an,schliesst euch an,held,helden,ehre,gut gesagt,bravo,respekt,richtig so,so ist es,teilt das
        """,
        """
        à raison,a raison,ont raison,avait raison,bien dit,d'accord avec,je soutiens,nous soutenons,rejoignez,nous devons,\
        nous allons,héros,gloire,bravo,respect,vive,exactement,partagez,faites le
        """,
        """
        правильно,верно,прав,правы,согласен,согласна,согласны,поддерживаю,поддерживаем,мы должны,мы будем,присоединяйтесь,\
        вступайте,герой,герои,слава,браво,молодец,молодцы,так и надо,распространяйте,золотые слова
        """,
        """
        benar sekali,betul sekali,setuju,dukung,mendukung,kita harus,kami akan,bergabunglah,ayo gabung,mari kita,pahlawan,\
        hebat,salut,sebarkan,hidup perjuangan,tepat sekali
        """,
        """
        صدق,صدقت,صدقوا,أحسنت,أحسنوا,أؤيد,نؤيد,انضموا,التحقوا,علينا أن,سوف نقوم,أبطال,بطل,المجد,تحيا,عاش,شاركوا,انشروا,\
        كلام صحيح,بالضبط,معهم حق
        """,
        """
        بالکل ٹھیک,سچ کہا,درست کہا,متفق,حمایت,ہمیں چاہیے,شامل ہوں,شامل ہو جائیں,ہیرو,زندہ باد,شاباش,پھیلائیں,ہم کریں گے
        """,
    ]

    private static let denying = [
        "not,never,no,don't,doesn't,didn't,against,stop,reject,rejects,rejected,oppose,opposes,opposed,no to,condemn",
        "ne,pas,jamais,non à,contre,refuse,refusons,rejette,rejetons,condamnons",
        "не,нет,никогда,против,отвергаем,отвергаю,осуждаем,осуждаю",
        "tidak,bukan,jangan,tolak,menolak,anti",
        "لا,ليس,ليست,لن,لم,ضد,نرفض,يرفض,أرفض,نستنكر,ندين",
    ]

    private static let denyingAround = [
        "nicht,nie,niemals,kein,keine,keinen,keinem,gegen,nein zu,stoppt,lehne,lehnen,lehnt",
        "نہیں,نہ,مت,خلاف,مسترد",
    ]

    private static let educational = [
        """
        museum,history,historian,historians,historical,research,researcher,researchers,study,studies,lesson,lessons,lecture,\
        textbook,documentary,archive,exhibition,analysis,memorial,survivor,survivors,commemorates,commemoration,court,trial
        """,
        """
        museum,geschichte,historiker,historikerin,forschung,forscher,studie,unterricht,vorlesung,lehrbuch,dokumentation,\
        dokumentarfilm,archiv,ausstellung,analyse,gedenkstätte,gedenken,überlebende,überlebenden,gericht,prozess
        """,
        """
        musée,histoire,historien,historienne,historiens,recherche,chercheur,chercheurs,étude,cours,leçon,manuel,\
        documentaire,archives,exposition,analyse,mémorial,survivant,survivants,commémoration,tribunal,procès
        """,
        """
        музей,музее,музея,история,истории,историк,историки,исследование,исследования,исследователи,урок,уроки,лекция,лекции,\
        учебник,документальный,архив,выставка,анализ,мемориал,выжившие,выживших,суд,суде
        """,
        """
        museum,sejarah,sejarawan,penelitian,peneliti,riset,pelajaran,kuliah,buku pelajaran,dokumenter,arsip,pameran,analisis,\
        peringatan,penyintas,pengadilan,persidangan
        """,
        """
        متحف,المتحف,تاريخ,التاريخ,مؤرخ,المؤرخون,بحث,البحث,باحث,باحثون,دراسة,الدراسة,درس,محاضرة,وثائقي,أرشيف,معرض,تحليل,\
        نصب,الناجون,الناجين,ذكرى,محكمة,المحكمة
        """,
        """
        عجائب گھر,میوزیم,تاریخ,مؤرخ,تحقیق,محقق,محققین,مطالعہ,سبق,لیکچر,نصاب,دستاویزی,نمائش,تجزیہ,یادگار,زندہ بچ جانے,\
        عدالت,مقدمہ
        """,
    ]
}
