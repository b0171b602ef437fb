"""How long what about people is kept."""

from __future__ import annotations

from kuyakusho.core.retention import days, keep, with_

keep("accounts.Account", "for ever", owner="administration", ward="none: people move between wards",
     why="while somebody is on a staff or has signed in as a resident; residents delete theirs on my page")  # fmt: skip
keep("accounts.StaffMember", "for ever", owner="administration",
     why="decisions and audit lines of a public office name who acted")  # fmt: skip
keep("accounts.Posting", with_("accounts.StaffMember"), owner="administration", ward="member__ward",
     why="who was entitled to act on a day must stay answerable")  # fmt: skip
keep("accounts.Resident", "for ever", owner="administration",
     why="until the resident deletes it on my page")  # fmt: skip
for factor in ("TotpFactor", "Passkey", "RecoveryCode", "CounterPin"):
    keep(f"accounts.{factor}", with_("accounts.Account"), owner="administration",
         ward="none: belongs to a person, who removes it on the security page", why="needed at every sign-in")  # fmt: skip
keep("accounts.FactorReset", days(5 * 365), after="asked_at", owner="administration", ward="member__ward",
     why="who took whose second factor away, and why, is asked about later")  # fmt: skip
keep("accounts.SignInPolicy", with_("wards.Ward"), owner="administration", why="a setting of the ward")
keep("accounts.Device", days(800), after="created_at", owner="administration", where={"counter_of": None},
     ward="none: a browser; counter_of names the ward of a counter PC",
     why="twice as long as the cookie lives; a known browser is made known again at the next sign-in")  # fmt: skip
keep("accounts.KnownDevice", days(400), after="last_at", owner="administration",
     ward="none: belongs to a person and a browser", why="as long as the browser's cookie")  # fmt: skip
keep("accounts.SignIn", days(400), after="started_at", owner="administration",
     why="so that somebody can see where they signed in over the last year")  # fmt: skip
keep("accounts.Attempts", days(2), after="as_of", owner="administration",
     ward="none: a digest of an account and a place", why="older tries are forgiven anyway")  # fmt: skip
keep("accounts.EmailCode", days(1), after="expires_at", owner="administration",
     why="it holds an address and works for ten minutes")  # fmt: skip
keep("accounts.IdentityProvider", "for ever", owner="administration",
     why="a setting; an empty ward means every ward of the installation")  # fmt: skip
keep("accounts.IdentityLink", with_("accounts.Account"), owner="administration",
     ward="none: belongs to a person", why="needed at every sign-in through the directory")  # fmt: skip
