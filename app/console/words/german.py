"""German: what the console says."""

from __future__ import annotations

from typing import Any


def _ago(days: int) -> str:
    """Return how long ago a day is."""
    if days <= 0:
        return "heute"
    return "1 Tag" if days == 1 else f"{days} Tage"


def _weeks(weeks: int) -> str:
    """Return a number of weeks."""
    return f"{weeks} Wochen"


def _patients(patients: int) -> str:
    """Return a number of patients."""
    return "1 Person" if patients == 1 else f"{patients} Personen"


GERMAN: dict[str, Any] = {
    "ago": _ago,
    "weeks": _weeks,
    "patients": _patients,
    "skip": "Zum Inhalt springen",
    "main_nav": "Hauptmenü",
    "caseload": "Betreute",
    "invite": "Jemanden einladen",
    "invite_short": "Einladen",
    "clinics": "Praxen",
    "settings": "Einstellungen",
    "log_out": "Abmelden",
    "log_in": "Anmelden",
    "log_in_hint": "Für Therapeutinnen, Therapeuten und Admins. Patienten nutzen die App.",
    "email": "E-Mail-Adresse",
    "password": "Passwort",
    "password_again": "Ihr Passwort, noch einmal",
    "code": "Code",
    "code_hint": (
        "Geben Sie die sechs Ziffern ein, die Ihre Authentisierungs-App zeigt, oder einen Ihrer Ersatzcodes."
    ),
    "go_on": "Weiter",
    "back": "Zurück",
    "optional": "(freiwillig)",
    "required": "Bitte ausfüllen.",
    "invalid": "Das passt nicht.",
    "foot": (
        "Entscheidungshilfe: fachlich zu bestätigen. Jeder Blick auf einen Menschen wird vermerkt, "
        "und dieser kann es lesen."
    ),
    "as_table": "Die Zahlen als Tabelle zeigen",
    "figures": "Zahlen",
    "not_open": "Das hat die Person nicht für Sie freigegeben.",
    "never": "nie",
    "yes": "ja",
    "no": "nein",
    "since": "seit",
    "until": "bis",
    "reason": "Grund",
    "name": "Name",
    "change": "Ändern",
    "state": "Zustand",
    "narrow": "Liste eingrenzen",
    "at_least": "Mindestens",
    "any": "Alle",
    "order": "Reihenfolge",
    "show": "Zeigen",
    "show_all": "Alle zeigen",
    "patient": "Person",
    "how_soon": "Wie bald",
    "why": "Warum",
    "since_when": "Seit",
    "last_entry": "Letzter Eintrag",
    "nothing_asks": "Nichts verlangt Aufmerksamkeit.",
    "none_fits": "Niemand passt zu dieser Auswahl.",
    "no_patients": (
        "Noch hat Sie niemand eingelassen. Laden Sie jemanden ein: Die Person liest, worum Sie bitten, und entscheidet."
    ),
    "first_page": "Erste Seite",
    "next_page": "Nächste Seite",
    "key_help": "Tasten: ↑ ↓ von Person zu Person, Eingabe öffnet, / geht zur Suche.",
    "about_patient": "Zu dieser Person",
    "tab_now": "Jetzt",
    "tab_course": "Verlauf",
    "tab_plan": "Programm",
    "tab_record": "Akte",
    "stage": "Stufe",
    "open_until": "Für Sie freigegeben bis",
    "not_shared": "Nicht freigegeben",
    "sign_off": "Durchsicht abschließen",
    "needs_attention": "Was Aufmerksamkeit braucht",
    "close_pause_of": "Pause beenden vom",
    "close_pause": "Pause beenden",
    "step_proposed": "Ein Schritt nach oben ist vorgeschlagen",
    "decide_step": "Über den Schritt entscheiden",
    "advice_now": "Empfehlung jetzt",
    "next_run": "Nächster Lauf, höchstens",
    "this_week": "Diese Woche, höchstens",
    "override_stands": "Daneben steht eine Abweichung.",
    "override_not_in_effect": "Sie gilt nicht, solange das Laufen pausiert.",
    "why_and_sources": "Warum: Regeln, Zahlen und Quellen",
    "seen": "Gesehen",
    "measured_by": "Gemessen an",
    "source": "Quelle",
    "own_choice": "eine Festlegung dieses Programms, ohne Studie dahinter",
    "ruleset": "Regelwerk",
    "set_override": "Abweichung festlegen",
    "end_override": "Abweichung beenden",
    "change_policy": "Grenzen ändern",
    "last_review": "Letzte Durchsicht",
    "signed": "Abgeschlossen",
    "next_review": "Nächste Durchsicht",
    "none_set": "keine festgelegt",
    "never_reviewed": "Noch wurde keine Durchsicht abgeschlossen.",
    "pain_and_load": "Schmerz und Belastung",
    "adherence": "Programm befolgt, nach Woche",
    "week_from": "Woche ab",
    "nothing_due": "nichts fällig",
    "window": "Gezeigte Wochen",
    "runs": "Läufe",
    "on_day": "Tag",
    "distance": "Strecke",
    "duration": "Zeit",
    "effort": "Anstrengung (RPE)",
    "limp": "Hinken",
    "beside_longest": "Vom längsten in 30 Tagen",
    "nothing_in_window": "Nichts in diesen Wochen.",
    "notes": "Notizen der Person",
    "reviews": "Durchsichten",
    "flags": "Dringende Zeichen",
    "pauses": "Pausen",
    "closed_on": "beendet am",
    "still_open": "noch offen",
    "seen_by": "Gesehen von",
    "cleared_by": "freigegeben von",
    "stage_history": "Stufen",
    "overrides": "Abweichungen",
    "own_limits": "Eigene Grenzen",
    "withdrawn": "vorzeitig beendet",
    "treatments": "Behandlungen",
    "pain_from_to": "Schmerz",
    "limits": "Grenzen der Schmerzregel",
    "accepted_up_to": "Beim Laufen vertretbar bis",
    "decisions": "Empfehlungen nach Tag",
    "programme_stands": "Das Programm, wie es gilt",
    "begun": "Begonnen",
    "target_week": "Gewünschte Strecke je Woche",
    "present_stage": "jetzt",
    "exercise": "Übung",
    "side_head": "Seite",
    "both_legs": "beide zugleich",
    "sets": "Sätze",
    "repetitions": "Wiederholungen",
    "hold": "Halten",
    "load": "Gewicht",
    "rest": "Pause",
    "days_a_week": "Tage je Woche",
    "revisions": "Wie es dazu kam",
    "revision": "Fassung",
    "no_programme": "Nichts ist verordnet.",
    "prescribe": "Programm verordnen",
    "prescribe_another": "Anderes verordnen",
    "replaces_open": "Es tritt an die Stelle des offenen Programms, begonnen am",
    "protocol": "Protokoll",
    "sides_for": "Für welche Seite",
    "revise": "Programm ändern",
    "leave_out": "Weglassen",
    "add_exercise": "Eine Übung hinzufügen",
    "add_none": "keine",
    "what_changes": "Was sich ändert, und warum",
    "sign_off_hint": (
        "Sie haben hingesehen und sagen, wann Sie wieder hinsehen. Eine Durchsicht wird nie "
        "geändert; schließen Sie eine weitere ab."
    ),
    "next_review_hint": "Nach heute, innerhalb eines Jahres. Leer: keine festgelegt.",
    "word_to_patient": "Ein Wort an die Person",
    "patient_reads_this": "Die Person liest das.",
    "what_was_found": "Was sich ergab, und warum das Laufen weitergehen kann",
    "clinician_closes": (
        "Ein dringendes Zeichen hat diese Pause eröffnet: Ärztin, Arzt oder Physiotherapie beendet sie."
    ),
    "override_hint": (
        "Sie steht neben der Empfehlung, nie an ihrer Stelle, endet von selbst und gilt nicht, "
        "solange das Laufen pausiert."
    ),
    "decision_word": "Entscheidung",
    "as_the_rule_says": "Wie die Regel sagt",
    "cap_run_km": "Längster Lauf, km",
    "cap_week_km": "Woche höchstens, km",
    "starts_on": "Ab",
    "ends_on": "Bis",
    "empty_today": "Leer: ab heute.",
    "at_latest": "Spätestens",
    "policy_hint": ("Die Empfehlung folgt den neuen Grenzen sofort. Was vorher empfohlen wurde, bleibt, wie es war."),
    "in_force": "Es gilt",
    "preset": "Grenzen",
    "own_numbers_end": "Mit der Änderung enden diese eigenen Zahlen:",
    "under_18": "Die Person ist unter 18",
    "step_hint": "Einen Schritt nach oben gibt es nur mit Ihrem Wort; Schritte nach unten sofort.",
    "confirm_step": "Schritt bestätigen",
    "decline_step": "Ablehnen",
    "invite_hint": (
        "Bitten Sie nur um das Nötige. Sie erhalten einen Code für die Person, die Ihre Bitte liest "
        "und entscheidet, und weniger freigeben kann."
    ),
    "what_you_need": "Worum Sie bitten",
    "purpose": "Zweck",
    "purpose_hint": "Die Person liest das: etwa Rehabilitation des linken Knies.",
    "year_at_most": "Höchstens ein Jahr.",
    "as_member_of": "Als Mitglied von",
    "personally": "persönlich",
    "make_code": "Code erstellen",
    "code_made": "Der Code",
    "code_once": "Er wird nur dieses eine Mal gezeigt.",
    "code_picture": "Der Code als Bild zum Scannen",
    "your_clinics": "Ihre Praxen",
    "no_clinics": "Sie gehören zu keiner Praxis.",
    "join": "Einer Praxis beitreten",
    "join_hint": "Der Code, den Sie von der Leitung der Praxis haben.",
    "invitation_code": "Einladungscode",
    "found": "Eine Praxis gründen",
    "found_hint": "Sie übernehmen die Leitung.",
    "clinic_name": "Name der Praxis",
    "clinic_opens_nothing": (
        "Die Zugehörigkeit zu einer Praxis gibt niemandem Einblick in Patientendaten, auch der Leitung nicht."
    ),
    "members": "Mitglieder",
    "part": "Rolle",
    "invite_member": "Kollegen einladen",
    "make_admin": "Zur Leitung machen",
    "make_member": "Zum Mitglied machen",
    "remove": "Entfernen",
    "leave": "Diese Praxis verlassen",
    "leave_hint": ("Freigaben, die Sie in dieser Praxis erhielten, enden, und Sie werden überall abgemeldet."),
    "account": "Konto",
    "profession": "Beruf",
    "zone": "Zeitzone",
    "devices": "Wo Sie angemeldet sind",
    "device": "Gerät",
    "logged_in_at": "Angemeldet",
    "last_seen": "Zuletzt gesehen",
    "ends": "Endet",
    "this_one": "dieses",
    "end_device": "Abmelden",
    "second_factor": "Zweiter Faktor",
    "factor_required": "Bevor Sie Patientendaten sehen, richten Sie einen zweiten Faktor ein.",
    "factor_what": (
        "Neben dem Passwort wird ein Code einer App auf Ihrem Telefon verlangt. Wer nur Ihr "
        "Passwort hat, kommt nicht hinein."
    ),
    "factor_begin": "Zweiten Faktor einrichten",
    "factor_scan": "Scannen Sie dieses Bild mit einer Authentisierungs-App.",
    "factor_picture": "QR-Code für eine Authentisierungs-App",
    "factor_type_in": "Oder tippen Sie dies ein:",
    "factor_confirm_hint": (
        "Geben Sie den Code ein, den die App nun zeigt. Ihre anderen Geräte werden dann abgemeldet."
    ),
    "factor_confirm": "Bestätigen",
    "factor_on": "Ein",
    "factor_now_on": "Der zweite Faktor ist eingerichtet.",
    "factor_change_hint": (
        "Für beides geben Sie einen Code ein. Für ein neues Telefon schalten Sie den zweiten Faktor "
        "aus und richten ihn neu ein."
    ),
    "factor_remove": "Ausschalten",
    "recovery_codes": "Ersatzcodes",
    "recovery_left": "Verbleibende Ersatzcodes",
    "recovery_renew": "Neue Ersatzcodes erstellen",
    "recovery_hint": (
        "Jeder gilt einmal, anstelle des Codes der App. Drucken Sie sie aus oder verwahren Sie sie "
        "in einem Passwortmanager: Sie werden nur dieses eine Mal gezeigt."
    ),
    "recovery_kept": "Ich habe sie verwahrt",
    "error_usual": "Gehen Sie zurück und versuchen Sie es erneut.",
    "to_caseload": "Zu den Betreuten",
}
