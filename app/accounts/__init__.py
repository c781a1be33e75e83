"""Who is who: patients, therapists, admins, their devices and tokens."""
