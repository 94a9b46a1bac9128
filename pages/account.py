"""Account: who one is in the hub, where one is signed in, and what the hub holds.

Reads   profile, roles, sessions                       hub.accounts
Writes  nothing here; its forms go to web/account.py   hub.accounts
URL     /konto                  the account, or the profile to fill in first
        /konto?till=<path>      where to go on when the profile has been saved
        /konto?del=avsluta      deleting the account
"""

import streamlit as st

from components import account as view
from components.session import hub, visitor

by = visitor()

if not by.signed_in:
    view.signed_out()
    st.stop()

member = hub().accounts.own(by)

if not by.consented:
    view.first_time(member)
elif st.query_params.get("del") == "avsluta":
    view.leaving()
else:
    view.account(member)
