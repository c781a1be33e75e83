"""German: what an advice, a question and a notice say, to a patient and to a clinician."""

from __future__ import annotations

from app.guidance.words.beside import BESIDE_GERMAN
from app.guidance.words.form import Book, Said
from app.guidance.words.names_german import NAMES_GERMAN as NAMES
from app.guidance.words.notices_german import NOTICES

RULES: dict[str, Said] = {
    "RED_FLAG": Said(
        "Sie haben ein Warnzeichen angegeben, das zuerst abgeklärt werden muss.",
        "Ein Warnzeichen ist gemeldet und nicht abgeklärt; es gibt keine Belastungsempfehlung.",
    ),
    "PAIN_PAUSE": Said(
        "Der Schmerz bei Ihrem letzten Lauf war sehr stark.", "Schmerz beim letzten Lauf an der Pausengrenze."
    ),
    "REPEAT_4": Said(
        "Vier Läufe in Folge lagen über der Grenze.", "Vier oder mehr Einheiten in Folge über der Grenze."
    ),
    "REPEAT_3": Said("Drei Läufe in Folge lagen über der Grenze.", "Drei Einheiten in Folge über der Grenze."),
    "PAIN_RED": Said(
        "Der Schmerz bei Ihrem letzten Lauf war stark.", "Schmerz beim letzten Lauf über der Höchstgrenze."
    ),
    "LIMP": Said(
        "Sie haben gehinkt, oder Ihr Laufstil hat sich wegen der Schmerzen verändert.",
        "Hinken oder verändertes Gangbild beim letzten Lauf.",
    ),
    "MORNING_LARGE": Said(
        "Der Morgen nach Ihrem letzten Lauf war viel schlechter als sonst.",
        "Morgenschmerz deutlich über dem Ausgangswert, wie bei einem Schub.",
    ),
    "PRE_RUN_HIGH": Said(
        "Der Schmerz heute Morgen liegt schon vor dem Laufen über der Grenze.",
        "Morgenwert von heute über der akzeptierten Grenze, vor jedem Lauf.",
    ),
    "GAP_RESTART": Said(
        "Sie sind seit vier Wochen oder länger nicht gelaufen.",
        "Pause an oder über der Neustartgrenze; Wiedereinstieg über die Stufenleiter.",
    ),
    "GAP_REDUCE": Said(
        "Sie sind seit zwei Wochen oder länger nicht gelaufen.",
        "Pause an oder über der Reduktionsgrenze; Wiedereinstieg mit weniger Belastung.",
    ),
    "REPEAT_2": Said("Zwei Läufe in Folge lagen über der Grenze.", "Zwei Einheiten in Folge über der Grenze."),
    "AMBER_PLUS_MORNING": Said(
        "Der Schmerz bei Ihrem letzten Lauf lag über der Grenze, und auch der nächste Morgen war schlechter.",
        "Schmerz beim Lauf über der akzeptierten Grenze, dazu Anstieg am nächsten Morgen.",
    ),
    "PAIN_AMBER": Said(
        "Der Schmerz bei Ihrem letzten Lauf lag über der Grenze.",
        "Schmerz beim letzten Lauf über der akzeptierten Grenze.",
    ),
    "MORNING_UP": Said(
        "Der Morgen nach Ihrem letzten Lauf war schlechter als sonst.",
        "Anstieg am nächsten Morgen über die Toleranz hinaus.",
    ),
    "AFTER_UP_REDUCE": Said(
        "Eine Stunde nach Ihrem letzten Lauf war der Schmerz noch nicht abgeklungen.",
        "Wert nach dem Lauf außerhalb der Toleranz; diese Regel reduziert dafür.",
    ),
    "STOPPED_EARLY": Said(
        "Sie haben Ihren letzten Lauf wegen Schmerzen abgebrochen.", "Letzter Lauf wegen Schmerzen abgebrochen."
    ),
    "TREND_LARGE": Said(
        "Ihr Schmerz ist seit letzter Woche deutlich gestiegen.",
        "Wochenmittel des stärksten Schmerzes über die große Grenze gestiegen und über der Steigerungsgrenze.",
    ),
    "EARLY_WARNING": Said(
        "Sie haben diese Woche zwei verschiedene Frühzeichen bemerkt. Bleiben Sie bei Ihrem Umfang, bis sie weg sind.",
        "Zwei verschiedene Frühzeichen innerhalb von 7 Tagen: Steigerung ausgesetzt; Screening anbieten.",
    ),
    "NO_HISTORY": Said("Es ist noch kein Lauf eingetragen.", "Kein Lauf dokumentiert."),
    "FUTURE_DATED": Said(
        "Ein Eintrag liegt in der Zukunft; berichtigen Sie ihn oder warten Sie, bis seine Zeit vorbei ist.",
        "Ein Eintrag ist vordatiert (Uhr fraglich); keine Steigerung, bis er berichtigt oder vergangen ist.",
    ),
    "MISSING_DURING": Said(
        "Der Schmerz bei Ihrem letzten Lauf ist nicht eingetragen; kein Wert ist nicht dasselbe wie 0.",
        "Schmerz beim letzten Lauf fehlt und wird nicht als 0 gewertet.",
    ),
    "MISSING_LOAD": Said(
        "Bei einigen Läufen fehlt die Strecke oder die Dauer.",
        "Die letzten 30 Tage sind weder in Strecke noch in Zeit vollständig.",
    ),
    "PENDING_MORNING": Said(
        "Der nächste Morgen ist noch nicht bewertet.", "Lauf von heute: der Morgenwert steht noch aus."
    ),
    "MISSING_MORNING": Said(
        "Der Morgen nach Ihrem letzten Lauf ist nicht eingetragen.", "Morgenwert nach dem letzten Lauf fehlt."
    ),
    "BASELINE_UNKNOWN": Said(
        "Es gibt noch keinen üblichen Morgen, mit dem sich der letzte vergleichen lässt.",
        "Kein Ausgangswert für einen Morgenwert über der Steigerungsgrenze.",
    ),
    "MISSING_AFTER": Said(
        "Der Wert eine Stunde nach Ihrem letzten Lauf ist nicht eingetragen.",
        "Der nach dieser Regel nötige Wert nach dem Lauf fehlt.",
    ),
    "AFTER_UP_HOLD": Said(
        "Eine Stunde nach Ihrem letzten Lauf war der Schmerz noch nicht abgeklungen.",
        "Wert nach dem Lauf außerhalb der Toleranz; diese Regel hält dafür.",
    ),
    "PAIN_HOLD": Said(
        "Der Schmerz bei Ihrem letzten Lauf war vertretbar, aber zu hoch für mehr.",
        "Schmerz beim letzten Lauf zwischen Steigerungsgrenze und akzeptierter Grenze.",
    ),
    "TREND_UP": Said(
        "Ihr Schmerz ist seit letzter Woche etwas gestiegen.",
        "Wochenmittel des stärksten Schmerzes über die Toleranz gestiegen.",
    ),
    "LOAD_SESSION_SPIKE": Said(
        "Ihr letzter Lauf war viel länger als jeder im Monat davor.",
        "Belastungssprung einer Einheit gegenüber dem längsten Lauf des Rückblicks.",
    ),
    "LOAD_WEEK_SPIKE": Said(
        "Sie sind diese Woche viel mehr gelaufen als in der Woche davor.",
        "Wochenbelastung über dem Alarmverhältnis zur Vorwoche.",
    ),
    "GAP_HOLD": Said("Sie sind seit einer Woche oder länger nicht gelaufen.", "Pause an oder über der Haltegrenze."),
    "NOT_ENOUGH_CLEAN": Said(
        "Bevor Sie steigern, braucht es mehr als einen ruhigen Lauf in Folge.",
        "Weniger saubere Einheiten in Folge, als diese Regel verlangt.",
    ),
    "CLEAN": Said(
        "Ihre letzten Läufe waren ruhig, und die Morgen danach auch.",
        "Alle nötigen Werte bekannt und innerhalb der Grenzen; genug saubere Einheiten in Folge.",
    ),
}

TO_DO: dict[str, Said] = {
    "pause_and_refer": Said("Laufen Sie vorerst nicht. {care}", "Laufpause. {care}"),
    "hold": Said("Lassen Sie die Belastung, wie sie ist.", "Belastung halten; keine Steigerung."),
    "progress": Said("Sie können um bis zu {percent} % steigern.", "Steigerung der Woche um bis zu {percent} %."),
    "reduce": Said("Verringern Sie die Belastung um {percent} %{rest}.", "Belastung um {percent} % verringern{rest}."),
    "rest_day": Said(
        "Verringern Sie die Belastung um {percent} %{rest}.", "Belastung um {percent} % verringern{rest}."
    ),
}
REST = {0: "", 1: ", vorher 1 Tag Ruhe"}
RESTS = ", vorher {days} Tage Ruhe"

SEEK_CARE: dict[str, Said] = {
    "none": Said("", ""),
    "therapist": Said(
        "Sprechen Sie vor dem nächsten Lauf mit Ihrer Therapeutin oder Ihrem Therapeuten.",
        "Therapeutische Beurteilung vor dem nächsten Lauf.",
    ),
    "soon": Said(
        "Bitte lassen Sie das innerhalb von zwei Wochen ärztlich ansehen; laufen Sie bis dahin nicht.",
        "Ärztliche Beurteilung innerhalb von zwei Wochen; bis dahin kein Laufen.",
    ),
    "urgent": Said(
        "Bitte lassen Sie das innerhalb von ein bis drei Tagen ärztlich ansehen; laufen Sie bis dahin nicht.",
        "Ärztliche Beurteilung innerhalb von 24 bis 72 Stunden; bis dahin kein Laufen.",
    ),
    "emergency": Said(
        "Bitte holen Sie sofort Hilfe: Rufen Sie den Notruf oder gehen Sie in ein Krankenhaus.",
        "Sofortige Notfallabklärung.",
    ),
}

DISCLAIMER = Said(
    "Das ist eine Entscheidungshilfe: Sie unterstützt Sie und Ihre Therapie und ersetzt beides nicht. "
    "Wenn Sie sich Sorgen machen oder sich etwas plötzlich ändert, fragen Sie eine Ärztin oder einen Arzt.",
    "Entscheidungshilfe aus eingetragenen Daten; als Ganzes nicht validiert, ersetzt kein klinisches Urteil.",
)

QUESTIONS: dict[str, str] = {
    "hot_swollen_joint_or_fever": (
        "Ist Ihr Knie heiß, rot und geschwollen, oder haben Sie dazu Fieber oder fühlen sich krank?"
    ),
    "trauma_cannot_bear_weight": "Haben Sie sich das Knie verletzt und können keine vier Schritte damit gehen?",
    "visible_deformity_or_dislocation": (
        "Ist Ihre Kniescheibe oder Ihr Knie verschoben, oder war es das, auch wenn es zurückgesprungen ist?"
    ),
    "cannot_straight_leg_raise": (
        "Können Sie nach einem Knall oder Sturz das Bein mit gestrecktem Knie nicht mehr anheben?"
    ),
    "numb_cold_or_pale_foot": "Ist Ihr Fuß taub, kalt oder blass?",
    "calf_swelling_or_breathless": "Ist eine Wade geschwollen und schmerzhaft, oder sind Sie kurzatmig?",
    "chest_pain_or_collapse_on_exertion": "Hatten Sie bei Anstrengung Brustschmerzen oder eine Ohnmacht?",
    "locked_knee": "Klemmt Ihr Knie, sodass Sie es nicht strecken können?",
    "rapid_swelling_after_injury": "Ist Ihr Knie nach einer Verletzung innerhalb von Stunden stark angeschwollen?",
    "unremitting_night_or_rest_pain": (
        "Haben Sie ständig Schmerzen, auch in Ruhe oder nachts, die keine Lage lindert?"
    ),
    "unexplained_weight_loss_or_cancer_history": (
        "Haben Sie ohne Grund abgenommen, oder hatten Sie schon einmal Krebs?"
    ),
    "lump_or_mass": "Haben Sie am Knie oder Oberschenkel einen Knoten bemerkt?",
    "child_limp_hip_or_groin_pain": (
        "Wenn Sie unter 18 sind: Hinken Sie, oder ist Ihre Hüfte oder Leiste schmerzhaft oder steif?"
    ),
    "focal_bone_pain_or_groin_pain_on_hop": (
        "Tut ein Knochen an einer fingerkuppengroßen Stelle weh, oder schmerzt beim Hüpfen die Leiste?"
    ),
    "true_giving_way": "Knickt Ihr Bein unter Ihnen weg?",
    "persistent_effusion": "Ist Ihr Knie seit mehr als zwei Wochen geschwollen?",
    "morning_stiffness_over_30_min_or_several_joints": (
        "Sind Sie morgens länger als eine halbe Stunde steif, oder schmerzen mehrere Gelenke?"
    ),
    "no_improvement_12_weeks": "Ist in zwölf Wochen nichts besser geworden?",
}

BECAUSE_ASKED: dict[str, str] = {
    "intake": "Die Frage ist noch nicht beantwortet.",
    "pain": "Seit der letzten Antwort gab es Schmerzen von 6 oder mehr.",
    "limp": "Seit der letzten Antwort gab es ein Hinken.",
    "monthly": "Die letzte Antwort ist einen Monat oder länger her.",
}

FINDINGS = Said(
    "Das sind Befunde, keine Diagnose: Sie zeigen, wo man zuerst hinsieht.",
    "Befunde mit Punkten, nie eine Diagnose; keine Studie zeigt, dass eine Behandlung nach Untergruppen besser ist.",
)
GERMAN = Book(
    RULES, TO_DO, REST, RESTS, SEEK_CARE, DISCLAIMER, QUESTIONS, BECAUSE_ASKED, NOTICES, FINDINGS, NAMES, BESIDE_GERMAN
)
