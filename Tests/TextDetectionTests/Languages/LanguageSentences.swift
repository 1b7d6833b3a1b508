/// A sentence or two in each language, written for the tests.
enum LanguageSentences {
    static let all: [(tag: String, text: String)] = [
        ("en", "The library will be closed on Monday because they are going to repaint the rooms on the first floor."),
        ("de", "Die Bücherei ist am Montag nicht geöffnet, weil wir die Räume im ersten Stock neu streichen werden."),
        ("nl", "De bibliotheek is op maandag niet open, omdat wij dan de kamers op de eerste verdieping gaan verven."),
        ("af", "Die biblioteek is nie op Maandag oop nie, want ons gaan die kamers op die eerste vloer verf."),
        ("sv", "Biblioteket är inte öppet på måndag, eftersom vi ska måla om alla rum som ligger på första våningen."),
        (
            "da",
            "Biblioteket er ikke åbent på mandag, for vi skal male efter at nogen har sagt, hvad de vil have, og så bliver det nu godt ud mod dig"
        ),
        (
            "no",
            "Biblioteket er ikke åpent på mandag, for vi skal male rommene opp etter at noen har sagt hva de vil ha."
        ),
        ("is", "Bókasafnið er ekki opið á mánudag, því að við ætlum að mála herbergin sem eru á fyrstu hæð."),
        (
            "fr",
            "La bibliothèque ne sera pas ouverte lundi parce que nous allons repeindre les salles du premier étage."
        ),
        (
            "es",
            "La biblioteca no estará abierta el lunes porque vamos a pintar las salas del primer piso y los pasillos."
        ),
        (
            "pt",
            "A biblioteca não vai estar aberta na segunda-feira, porque nós vamos pintar as salas do primeiro andar."
        ),
        ("ca", "La biblioteca no és oberta dilluns perquè pintarem les sales del primer pis amb els veïns del barri."),
        (
            "it",
            "La biblioteca non sarà aperta lunedì perché dobbiamo dipingere le sale del primo piano e anche la scala."
        ),
        ("ro", "Biblioteca nu va fi deschisă luni, pentru că vom vopsi sălile de la primul etaj și scara din curte."),
        (
            "pl",
            "Biblioteka nie będzie otwarta w poniedziałek, bo będziemy malować sale na pierwszym piętrze oraz schody."
        ),
        ("cs", "Knihovna nebude v pondělí otevřena, protože budeme malovat místnosti v prvním patře a také schody."),
        (
            "sk",
            "Knižnica nebude v pondelok otvorená, pretože budeme maľovať miestnosti na prvom poschodí a tiež schody."
        ),
        ("sl", "Knjižnica v ponedeljek ne bo odprta, ker bomo barvali sobe v prvem nadstropju in tudi stopnice."),
        ("sh", "Knjižnica u ponedjeljak neće biti otvorena, jer ćemo bojiti sobe na prvom katu, a također i stubište."),
        ("lt", "Biblioteka pirmadienį nebus atidaryta, nes mes dažysime kambarius ir laiptus, kurie yra prie įėjimo."),
        ("lv", "Bibliotēka pirmdien nebūs atvērta, jo mēs krāsosim telpas, kas ir pirmajā stāvā, un arī kāpnes."),
        ("vi", "Thư viện sẽ không mở cửa vào thứ hai vì chúng tôi sơn lại các phòng ở tầng một và cầu thang."),
        ("tl", "Hindi bukas ang aklatan sa Lunes dahil pipinturahan namin ang mga silid sa unang palapag ng gusali."),
        (
            "tr",
            "Kütüphane pazartesi günü açık değil, çünkü birinci kattaki odaları boyayacağız ve sonra her şey daha güzel olacak."
        ),
        (
            "az",
            "Kitabxana bazar ertəsi açıq deyil, çünki biz birinci mərtəbədəki otaqları rəngləyəcəyik və sonra hər şey yaxşı olacaq."
        ),
        (
            "ku",
            "Pirtûkxane roja duşemê ne vekirî ye, ji ber ku em ê odeyên qata yekem boyax bikin û paşê her tişt xweş be."
        ),
        (
            "so",
            "Maktabaddu ma furna maalinta Isniinta, waxaana la rinjiyeyn doonaa qolalka, laakiin dadka waxay iman karaan sida ay rabaan iyo waxa ay u baahan yihiin, haddii ay tahay inuu qof kale ku jiro"
        ),
        (
            "ha",
            "Ba za a buɗe ɗakin karatu ranar Litinin ba, domin muna yin fenti a ɗakunan da ke sama kuma akwai aiki da yawa."
        ),
        (
            "sw",
            "Maktaba haitakuwa wazi siku ya Jumatatu kwa sababu tunapaka rangi vyumba vya ghorofa ya kwanza na ngazi zake pia."
        ),
        ("hu", "A könyvtár hétfőn nem lesz nyitva, mert ki fogjuk festeni az első emeleti szobákat, és a lépcsőt is."),
        (
            "fi",
            "Kirjasto ei ole auki maanantaina, koska maalaamme huoneet jotka ovat ylhäällä, ja sitten myös portaat."
        ),
        (
            "et",
            "Raamatukogu ei ole esmaspäeval avatud, sest me värvime esimese korruse toad ja ka trepi, kui see on kuiv."
        ),
        (
            "sq",
            "Biblioteka nuk është e hapur të hënën, sepse do të lyejmë dhomat që janë në katin e parë dhe shkallët."
        ),
        ("cy", "Nid yw'r llyfrgell ar agor ddydd Llun, gan ein bod ni yn paentio yr ystafelloedd ar y llawr cyntaf."),
        (
            "ga",
            "Níl an leabharlann oscailte ar an Luan mar tá muid ag péinteáil na seomraí ar an gcéad urlár agus an staighre."
        ),
        (
            "eu",
            "Liburutegia ez da astelehenean irekiko, lehen solairuko gelak margotu behar ditugu eta eskailerak ere bai."
        ),
        ("ru", "Библиотека в понедельник не работает, потому что мы будем красить комнаты на первом этаже и лестницу."),
        (
            "uk",
            "Бібліотека в понеділок не працює, тому що ми будемо фарбувати кімнати на першому поверсі, а також сходи."
        ),
        (
            "be",
            "Бібліятэка ў панядзелак не працуе, таму што мы будзем фарбаваць пакоі на першым паверсе, а таксама лесвіцу."
        ),
        (
            "bg",
            "Библиотеката в понеделник няма да работи, защото ще боядисваме стаите на първия етаж, както и стълбите."
        ),
        (
            "sr",
            "Библиотека у понедељак неће бити отворена, јер ћемо кречити собе које су на првом спрату, као и степениште."
        ),
        ("mk", "Библиотеката во понеделник нема да биде отворена, бидејќи ќе ги боиме собите што се на првиот кат."),
        ("kk", "Кітапхана дүйсенбі күні ашық емес, өйткені біз бірінші қабаттағы бөлмелерді бояймыз және бұл керек."),
        (
            "ar",
            "لن تكون المكتبة مفتوحة يوم الاثنين لأننا سوف نعيد طلاء الغرف في الطابق الأول ثم ننتقل إلى الدرج الذي هو قريب من الباب."
        ),
        (
            "fa",
            "کتابخانه روز دوشنبه باز نیست، چون ما اتاق‌های طبقه اول را رنگ می‌کنیم و بعد از آن به پله‌ها می‌رسیم که باید تمیز شود."
        ),
        (
            "ur",
            "پیر کے دن کتب خانہ کھلا نہیں ہے کیونکہ ہم پہلی منزل کے کمروں کو رنگ کر رہے ہیں اور اس کے بعد سیڑھیاں بھی۔"
        ),
        ("ps", "د دوشنبې په ورځ کتابتون خلاص نه دی، ځکه چې موږ د لومړي پوړ خونې رنګوو او له هغه وروسته زینې هم."),
        (
            "ku",
            "کتێبخانە ڕۆژی دووشەممە کراوە نییە، چونکە ئێمە ژوورەکانی نهۆمی یەکەم بۆیاخ دەکەین و لە دوای ئەوە پلیکانەکانیش."
        ),
        ("hi", "सोमवार को पुस्तकालय खुला नहीं है क्योंकि हम पहली मंज़िल के कमरों को रंग रहे हैं और उसके बाद सीढ़ियाँ भी।"),
        ("mr", "सोमवारी वाचनालय उघडे नाही, कारण आम्ही पहिल्या मजल्यावरील खोल्या रंगवत आहोत आणि ते काम मोठे आहे, पण होते."),
        ("ne", "सोमबार पुस्तकालय खुला छैन, किनभने हामी पहिलो तलाका कोठा रंगाउँदै छौं र यो काम ठूलो हो तर राम्रो हुने छ भने थियो।"),
        ("bn", "সোমবার গ্রন্থাগার খোলা থাকবে না, কারণ আমরা প্রথম তলার ঘরগুলো রং করব।"),
        ("he", "הספרייה לא תהיה פתוחה ביום שני, כי אנחנו צובעים את החדרים בקומה הראשונה."),
        ("el", "Η βιβλιοθήκη δεν θα είναι ανοιχτή τη Δευτέρα, γιατί βάφουμε τα δωμάτια του πρώτου ορόφου."),
        ("hy", "Գրադարանը երկուշաբթի օրը բաց չէ, քանի որ ներկում ենք առաջին հարկի սենյակները։"),
        ("ka", "ბიბლიოთეკა ორშაბათს ღია არ არის, რადგან პირველი სართულის ოთახებს ვღებავთ."),
        ("ta", "திங்கட்கிழமை நூலகம் திறந்திருக்காது, ஏனெனில் முதல் மாடி அறைகளுக்கு வண்ணம் பூசுகிறோம்."),
        ("th", "ห้องสมุดปิดวันจันทร์ เพราะเราจะทาสีห้องชั้นหนึ่งและบันได"),
        ("ko", "월요일에는 일층 방을 칠하기 때문에 도서관 문을 열지 않습니다."),
        ("ja", "月曜日は一階の部屋を塗り直すので、図書館は開いていません。"),
        ("zh", "星期一图书馆不开门,因为我们要粉刷一楼的房间和楼梯。"),
        ("und-Ethi", "ሰኞ ቀን ቤተ መጻሕፍቱ ክፍት አይደለም ምክንያቱም ክፍሎቹን እንቀባለን።"),
        ("und-Mymr", "တနင်္လာနေ့တွင် စာကြည့်တိုက် မဖွင့်ပါ။ အခန်းများကို ဆေးသုတ်မည်။"),
    ]

    /// Languages between which common words hardly tell.
    static let alike: [(tags: [String], text: String)] = [
        (
            ["id", "ms"],
            "Perpustakaan tidak buka pada hari Senin, dan kami akan mengecat ruang yang ada di atas dengan mereka."
        ),
        (["id", "ms"], "Buku ini untuk semua orang yang ada di sini, dan saya juga akan membaca itu dengan anda."),
        (["da", "no"], "Det er en stor dag for alle som har vært med, og vi kan se at det er så mange her."),
    ]
}
