"""Words that people reach for first when they are asked for a password, in English and German; gathered by hand."""

from __future__ import annotations

_PASSWORDS = """
password passwort passwd pass passcode secret geheim kennwort login logon access zugang letmein welcome willkommen
admin administrator root user guest gast test testing demo sample example beispiel default changeme change temp
temporary master system server computer laptop internet network google facebook apple iphone android windows samsung
"""
_PRODUCT = """
trochlea kneecap patella patellofemoral femur quadriceps runner runners running run knee knees knie kniescheibe laufen
laeufer läufer rehab reha rehabilitation physio physiotherapy physiotherapie therapist therapeut therapy therapie
patient patients clinic klinik praxis doctor doktor arzt exercise exercises uebung übung training trainer coach sport
sports fitness health gesundheit pain schmerz marathon injury groove
"""
_NAMES = """
adam alex alexander alice amanda andrea andreas andrew angela anna anne anthony ashley barbara benjamin bernd brandon
brian carlos carmen charlie charlotte chris christian christina christine christoph claudia daniel daniela david dennis
diana dominik edward elena elias elizabeth emily emma eric erik eva felix florian frank franziska gabriel george hannah
hans heike heinz helena henry ingrid isabel jack jakob james jan jana jasmin jason jennifer jens jessica joachim johanna
john johannes jonas jonathan jordan joseph joshua julia julian juergen jürgen justin karin karl katharina kathrin katja
kevin klaus kristin lara laura lea lena leon leonie linda lisa louis luca lucas luisa lukas manfred manuel marco maria
marie mario marion mark markus marlene martha martin martina matthew matthias max maximilian melanie melissa mia michael
michaela michelle monica monika moritz nadine natalie nicholas nicolas nicole nina noah olga oliver pascal patricia
patrick paul paula peter petra philipp rachel ralf rebecca richard robert roland sabine samantha samuel sandra sara
sarah sebastian silke simon simone sofia sofie sophia sophie stefan stefanie stephanie stephen steven susanne sven
tanja theo thomas thorsten tim tina tobias tom ulrich ulrike ursula uwe vanessa veronika victoria vincent walter
werner william wolfgang yvonne
"""
_LIKED = """
love lover iloveyou liebe schatz schatzi ichliebedich baby babygirl honey sweet sweetheart sweetie angel engel princess
prinzessin prince queen king koenig könig hero legend lucky happy smile sunshine sunflower sonne sonnenschein
sonnenblume star stars stern sterne moon mond sky himmel heaven hell devil teufel god jesus christ freedom freiheit
friend friends freund freunde family familie mother mutter mama mommy father vater papa daddy sister schwester
brother bruder baby
flower flowers blume blumen rose rosen lily butterfly schmetterling rainbow regenbogen diamond crystal silver silber
gold golden purple orange yellow green black white blue red pink schwarz weiss weiß rot gruen grün blau gelb rosa
summer sommer winter spring fruehling frühling autumn herbst january january februar february march maerz märz april may
june juni july juli august september october oktober november december dezember monday montag tuesday dienstag wednesday
mittwoch thursday donnerstag friday freitag saturday samstag sunday sonntag christmas weihnachten easter ostern birthday
geburtstag holiday urlaub weekend wochenende morning morgen
"""
_ANIMALS_AND_THINGS = """
monkey dragon drache tiger lion loewe löwe bear baer bär wolf eagle adler falcon hawk panther puma jaguar leopard
elephant elefant horse pferd pony dolphin delfin delphin shark turtle rabbit hase hasi maus mouse mickey minnie kitty
kitten katze kater hund hunde doggy puppy dog cat bird vogel frosch frog fisch fish pizza cookie cookies chocolate
schokolade cheese kaese käse coffee kaffee banana banane cherry kirsche apfel orange lemon peach pepper ginger cinnamon
vanilla nutella haribo bier beer wine whiskey vodka football fussball fußball soccer baseball basketball hockey tennis
golf handball volleyball racing biker harley porsche ferrari mercedes audi volkswagen corvette mustang yamaha honda
guitar gitarre music musik piano rocknroll metallica nirvana beatles elvis batman superman spiderman starwars startrek
pokemon pikachu naruto zelda mario minecraft matrix merlin gandalf frodo hobbit potter harry hogwarts warcraft ninja
samurai pirate wizard zauberer phoenix thunder lightning storm sturm fire feuer water wasser ocean river mountain forest
"""
_PLACES_AND_CLUBS = """
germany deutschland berlin hamburg muenchen münchen munich koeln köln cologne frankfurt stuttgart dresden leipzig
dortmund bremen hannover nuernberg nürnberg austria oesterreich österreich vienna wien switzerland schweiz zuerich
zürich bayern bavaria borussia schalke werder arsenal chelsea liverpool manchester united barcelona madrid juventus
london paris america american newyork chicago dallas boston texas florida california canada australia england ireland
scotland italy italia spain espana france europe europa brazil mexico russia china japan
"""
_PHRASES = """
correcthorsebatterystaple kneecapinthegroove ilovemyfamily ilovemykids trustno1 whatever nothing opensesame
sesamoeffnedich sesamöffnedich maytheforcebewithyou helloworld hallowelt hello hallo goodbye tschuess thankyou danke
please bitte fuckyou fuckoff arschloch scheisse scheiße bullshit asshole
"""

COMMON_WORDS = frozenset(
    " ".join([_PASSWORDS, _PRODUCT, _NAMES, _LIKED, _ANIMALS_AND_THINGS, _PLACES_AND_CLUBS, _PHRASES]).split()
)
"""The words, in lower case; a password of few of them is soon guessed."""
KEYBOARD_ROWS = (
    "1234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "1qay2wsx3edc4rfv5tgb6zhn7ujm8ik",
    "abcdefghijklmnopqrstuvwxyz",
)
"""Along what fingers, and the alphabet, run; backwards as well."""
