"""The commonest words of languages, and the scripts that one language alone is written in.

To know another language, give it a row: some twenty-five words that any page of it has, in lower case.
"""

# ruff: noqa: RUF001, E501 - letters of other scripts look like Latin ones; a row runs on

from collections.abc import Mapping

FUNCTION_WORDS: Mapping[str, str] = {
    # Latin letters
    "id": "yang dan di ini itu dengan untuk dari pada tidak dalam akan ke juga oleh karena bisa saat telah adalah sebagai "
    "bahwa para ada mereka",
    "ms": "yang dan di ini itu dengan untuk dari pada tidak dalam akan ke juga oleh kerana boleh ketika telah ialah sebagai "
    "bahawa daripada beliau mereka",
    "jv": "ing lan sing kang iku iki karo saka marang ora ana dadi uga wis yaiku kanthi kanggo minangka punika dening utawa "
    "amarga menyang nalika iya",
    "su": "anu jeung di ti nu teh téh ieu éta aya dina pikeun henteu ku keur jadi sarta atawa mangrupa ogé oge kana lian "
    "ngan kudu",
    "tl": "ang ng sa na mga at ay si hindi ko siya nang kung para ito ni may niya mo kay sila namin ako din pa",
    "ceb": "ang sa nga mga ug si ni kay og usa niya kini siya iyang apan nila alang diha wala dili kon ingon adunay sila ako",
    "en": "the of and to in a is that for it was on with as he be at by this had not are but from have",
    "de": "der die und den von zu das mit sich des auf für ist im dem nicht ein eine als auch es werden hat dass bei",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont",
    "es": "de la que el en y a los del se las por un para con no una su al lo como más pero sus le",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele",
    "it": "di e il la che in a per un del è una le con si da non i dei più nel della al alla sono",
    "nl": "de van een het en in is dat op te zijn met voor niet aan er die om ook als maar bij uit nog naar",
    "af": "die en van het in is dat nie op te vir met wat aan by hy sy om was as word deur ook hulle geen",
    "pl": "i w na z do się nie że to jest o jak ale za od po przez dla oraz są był co tym przy jego",
    "sv": "och i att det som en på är av för med till den har de inte om ett han men var jag från vi så",
    "da": "og i at det er en til af på som for med den de der har ikke et om var han men vi fra sig",
    "nb": "og i det er på en til som av for at med de ikke den har et om var han men seg vi fra ble",
    "nn": "og i det er på en til som av for at med dei ikkje den har eit ein var han men eg ho frå vart",
    "is": "og í að á er til sem um við en því ekki með fyrir af var hann það eru frá verið hafa eða þess hefur",
    "et": "ja on ei et ta oli see mis kui ka ning aga või siis oma nii ma välja tema seda pole kes mida olid selle",
    "fi": "ja on ei että oli se hän mutta ovat kun niin myös joka kuin mukaan sen tai jos ole vain olla sitä tämä sekä ollut",
    "cs": "a se na v je že to s z do i o k ale jako za by po jsou si který pro podle jeho jsem",
    "sk": "a sa na v je že to s z do o k ale ako za by po sú si ktorý pre podľa jeho som aj",
    "hr": "i u je da na se za od su s ne kao što ali o iz koji to bi nije će nakon samo ili više",
    "sl": "in v je da na se za od so s ne kot ki pa o iz bi to ni bo po tudi ali pri ter",
    "hu": "a az és hogy nem is egy ez meg de volt csak már még mint el ki azt van lesz vagy mert szerint után lehet",
    "ro": "de și în la a cu că pe nu din care o un mai pentru este sunt să se au prin fost dar ce după",
    "ca": "de la i el que a en els per un del les amb una no es als com més al ha seva va són però",
    "gl": "de a o que e do da en un para con non unha os no se na por máis as dos como ao é súa",
    "tr": "ve bir bu da de için ile olarak daha çok gibi olan sonra ne kadar en var o ancak ise değil her olduğu olduğunu mi",
    "vi": "và của là có được cho không trong một người với các đã này những để khi đến về từ ra như tại theo cũng",
    # Cyrillic letters
    "ru": "и в не на что с по как к из за это от для о же но был его он так все у мы бы",
    "uk": "і в не на що з до як та за це від у про для його але він або який було є ми також й",
    "bg": "и на в да се за е от с не че са по като но до това при си който беше ще му към или",
    "sr-Cyrl": "и у је да на се за од са не као што су али о из који то би није после јер само или више",
    # Arabic letters
    "ar": "في من على أن إلى عن التي الذي مع هذا هذه ما لا كان قال بعد بين أو كما قد ذلك و لم إن هو",
    "fa": "و در به از که این را با است برای آن یک تا می شده های بر خود هم کرد بود اما نیز شد دارد",
    "ur": "کے میں کی ہے کا اور سے کو نے کہ پر ہیں یہ اس تھا بھی نہیں ایک وہ کر تک گیا لیے ہو جو",
    # Devanagari
    "hi": "के में की है का और से को ने कि पर हैं यह भी एक नहीं लिए इस था वह हो कर तो जो गया",
    "mr": "आहे आणि या व ते हा ही नाही मध्ये होते आहेत हे की तर त्या एक होता केली केले साठी असे होती पण यांनी त्यांनी",
    "ne": "छ र को मा का लाई ले पनि गरेको छन् भएको यो हो गर्न एक भने गर्ने थियो तथा गरी तर नै हुने भन्ने यस",
}
# Of these scripts one language is by far the likeliest; names as Unicode begins those of its letters.
SCRIPTS: Mapping[str, str] = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "HANGUL": "ko",
    "THAI": "th",
    "GREEK": "el",
    "HEBREW": "he",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "SINHALA": "si",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
}
