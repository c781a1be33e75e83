"""German: what notices say, to a patient and to a clinician."""

from __future__ import annotations

from app.guidance.words.form import Said

NOTICES: dict[str, Said] = {
    "PREVENTION_WINDOW": Said(
        "In Woche sechs bis acht eines Aufbaus melden sich Knie oft. Ein kurzer Test Ihres Knies steht an.",
        "Aufbauwoche 6 bis 8: Screening anbieten (einbeinige Kniebeuge, Step-down, Knie zur Wand, NRS), "
        "falls nicht in den letzten 28 Tagen erfolgt.",
    ),
    "WEEK_48_KM": Said(
        "Das ist Ihre erste Woche mit 48 km in zwölf Wochen. Das ist keine Grenze; achten Sie auf Ihr Knie.",
        "Erste Woche mit 48,3 km (30 mi) in 12 Wochen; nur Hinweis, nie eine Grenze.",
    ),
    "WEEK_64_KM": Said(
        "Das ist Ihre erste Woche mit 64 km in zwölf Wochen. Das ist keine Grenze; achten Sie besonders auf Ihr Knie.",
        "Erste Woche mit 64,4 km (40 mi) in 12 Wochen; stärkerer Hinweis, nie eine Grenze.",
    ),
    "EARLY_WARNING": Said(
        "Sie haben in einer Woche zwei oder mehr frühe Zeichen bemerkt. "
        "Steigern Sie jetzt nicht und lassen Sie Ihr Knie prüfen.",
        "Zwei oder mehr verschiedene Frühzeichen in 7 Tagen: keine Steigerung, Screening.",
    ),
    "REST_RESUME_HURT": Said(
        "Ruhe allein hat nicht geholfen: Mehr als einmal kam der Schmerz beim Wiedereinstieg zurück. "
        "Eine gründliche Untersuchung steht an.",
        "Zyklus aus Ruhe, Wiedereinstieg und Schmerz bestätigt: Ruhe allein hilft nicht; vollständiger Befund, "
        "Wochenschritt halbiert.",
    ),
    "SEVERITY_MILD": Said(
        "Ihr stärkster Schmerz diese Woche war leicht.", "Schweregrad nach stärkstem NRS in 7 Tagen: leicht."
    ),
    "SEVERITY_MODERATE": Said(
        "Ihr stärkster Schmerz diese Woche war mäßig.", "Schweregrad nach stärkstem NRS in 7 Tagen: mäßig."
    ),
    "SEVERITY_SEVERE": Said(
        "Ihr stärkster Schmerz diese Woche war stark.", "Schweregrad nach stärkstem NRS in 7 Tagen: stark."
    ),
    "IRRITABILITY_LOW": Said("Ihr Knie lässt sich zurzeit nicht leicht reizen.", "Reizbarkeit gering."),
    "IRRITABILITY_MODERATE": Said("Ihr Knie lässt sich zurzeit etwas leichter reizen.", "Reizbarkeit mäßig."),
    "IRRITABILITY_HIGH": Said(
        "Ihr Knie lässt sich zurzeit leicht reizen: zuerst sanfte Übungen.", "Reizbarkeit hoch: Hüfte zuerst."
    ),
    "PACE_SHORT_HISTORY": Said(
        "Schmerzen seit weniger als drei Monaten klingen meist schneller ab.",
        "Dauer unter 3 Monaten: soll die Erholung beschleunigen.",
    ),
    "PACE_LONG_HISTORY": Said(
        "Schmerzen seit drei Monaten oder länger brauchen meist mehr Zeit.",
        "Dauer von 3 Monaten oder länger: soll die Erholung verlangsamen.",
    ),
    "PACE_OVER_LIMIT": Said(
        "Läufe über der Grenze während der Behandlung verlängern sie meist.",
        "Einheiten über der Grenze während der Behandlung: sollen die Erholung verlangsamen.",
    ),
    "PACE_WITHIN_LIMIT": Said(
        "Wenn Ihre Läufe in der Grenze bleiben, geht es meist schneller.",
        "Keine Einheit über der Grenze in 28 Tagen: soll die Erholung beschleunigen.",
    ),
    "PACE_HIGH_ADHERENCE": Said(
        "Wer die Übungen wie geplant macht, kommt meist schneller voran.",
        "Hohe Adhärenz: soll die Erholung beschleunigen.",
    ),
    "PACE_LOW_ADHERENCE": Said(
        "Wenn viele Übungen ausfallen, dauert es meist länger.", "Geringe Adhärenz: soll die Erholung verlangsamen."
    ),
    "PACE_HIP_AND_ANKLE": Said(
        "Wenn Hüfte und Sprunggelenk beteiligt sind, dauert es meist länger.",
        "Hüfte und Sprunggelenk beteiligt: soll die Erholung verlangsamen.",
    ),
    "NEEDLING_SORENESS": Said(
        "Ein Wert dieser Woche liegt 12 bis 48 Stunden nach einer Nadelbehandlung, in denen Muskelkater üblich ist.",
        "Ein Wert 12 bis 48 h nach Nadelbehandlung: kann Nachschmerz der Nadelung sein.",
    ),
    "PROGNOSIS": Said(
        "Schmerz, der schon länger anhält und im Alltag stört, klingt meist langsamer ab.",
        "Schmerz seit über 2 Monaten bei einem AKPS unter 70 geht mit schlechterer Erholung einher (Grenzen aus dem "
        "Gedächtnis). In jener Studie ging es nach 12 Monaten noch 40 % schlecht; von verletzten Laufanfängern erholte "
        "sich die Hälfte in 71 Tagen. Eine Richtung, kein Datum.",
    ),
}
