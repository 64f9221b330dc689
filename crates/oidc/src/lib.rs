//! OpenID Provider rules: requests, client authentication, PKCE, tokens, JWKS
