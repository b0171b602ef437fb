"""Signing in with an OpenID Connect directory: code flow with PKCE S256, state, nonce, verified ID token.

    begin   the address to send the browser to, and what to remember in its session
    finish  what the directory says about the person, or Refused

One client for the city's directory (staff) and for the national app (residents, private_key_jwt). OAuth details:
RFC 6749, 7636 (PKCE), 7523 (private_key_jwt), 9207 (`iss` in the answer), 9700 (best current practice).
"""

from .flow import Identity, begin, finish, sign_out_address

__all__ = ["Identity", "begin", "finish", "sign_out_address"]
