"""What proves who somebody is, besides the password: authenticator app, passkey, recovery code, counter PIN."""
