"""Read what other apps export in one piece: a ZIP of run files, Strava's, Apple Health's; pure, nothing is fetched."""
