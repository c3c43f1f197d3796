//! Identity and tokens in common formats.

use super::super::check::Check;
use super::super::rule::{Rule, named, token};

pub(super) const RULES: &[Rule] = &[
    token("AGE_SECRET_KEY", "age identity", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}")
        .checked(Check::Bech32)
        .like(&["AGE-SECRET-KEY-1<52 bech32><sum>"])
        .unlike(&["AGE-SECRET-KEY-1<57 bech32>"]),
    token(
        "AUTHRESS_KEY",
        "Authress access key",
        concat!(
            "sc_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}",
            "|ext_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}",
            "|scauth_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}",
            "|authress_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}"
        ),
    )
    .like(&[
        "sc_<5 lower>.<5 lower>.acc_<21 lower>.<75 word>",
        "authress_<5 lower>.<5 lower>.acc_<21 lower>.<75 word>",
    ])
    .unlike(&["sc_<5 lower>.<5 lower>.acc_<21 lower>.<29 word>"]),
    named("AUTH0_SECRET", "Auth0 client secret", &["auth0"], "[A-Za-z0-9_-]{64}")
        .checked(Check::Random)
        .like(&["auth0_key='<64 url>'"])
        .unlike(&[r#"it = "<64 url>""#, "auth0_key='<63 url>'"]),
    named("OKTA_TOKEN", "Okta token", &["okta"], "00[A-Za-z0-9_-]{40}|[A-Za-z0-9_-]{42}")
        .checked(Check::Random)
        .like(&[r#"okta_key = "00<40 url>""#, r#"okta_key = "<42 url>""#])
        .unlike(&[r#"it = "00<40 url>""#, r#"okta_key = "00<39 url>""#]),
    named("ONELOGIN_SECRET", "OneLogin client secret", &["onelogin"], "[a-f0-9]{64}")
        .like(&[r#""onelogin_key": "<64 hex>""#])
        .unlike(&[r#"it = "<64 hex>""#, r#""onelogin_key": "<63 hex>""#]),
    token("ONEPASSWORD_TOKEN", "1Password service account token", "ops_eyJ[A-Za-z0-9+/]{100,4000}={0,3}")
        .like(&["ops_eyJ<100 base64>="])
        .unlike(&["ops_eyJ<99 base64>="]),
    token(
        "ONEPASSWORD_SECRET_KEY",
        "1Password secret key",
        concat!(
            "A3-[A-Z0-9]{6}-[A-Z0-9]{6}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
            "|A3-[A-Z0-9]{6}-[A-Z0-9]{11}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"
        ),
    )
    .like(&[
        "A3-<6 upper>-<6 upper>-<5 upper>-<5 upper>-<5 upper>-<5 upper>",
        "A3-<6 upper>-<11 upper>-<5 upper>-<5 upper>-<5 upper>",
    ])
    .unlike(&["A3-<6 upper>-<6 upper>-<5 upper>-<5 upper>-<5 upper>-<4 upper>"]),
    token("CLERK_KEY", "Clerk secret key", "sk_live_[A-Za-z0-9]{40,60}")
        .like(&["sk_live_<50 word>"])
        .unlike(&["sk_live_<39 word>"]),
    token(
        "ORY_TOKEN",
        "Ory key or token",
        concat!(
            "ory_pat_[A-Za-z0-9]{32}|ory_apikey_[A-Za-z0-9]{32}|ory_wak_[A-Za-z0-9]{32}|ory_st_[A-Za-z0-9]{32}",
            "|ory_at_[\\w-]{40,50}\\.[\\w-]{40,50}",
            "|ory_rt_[\\w-]{40,50}\\.[\\w-]{40,50}",
            "|ory_ac_[\\w-]{40,50}\\.[\\w-]{40,50}"
        ),
    )
    .like(&["ory_pat_<32 word>", "ory_st_<32 word>", "ory_at_<43 url>.<43 url>"])
    .unlike(&["ory_pat_<31 word>", "ory_at_<43 url>.<39 url>"]),
    token("STYTCH_SECRET", "Stytch secret", "secret-live-[A-Za-z0-9_=-]{36}|secret-test-[A-Za-z0-9_=-]{36}")
        .like(&["secret-live-<36 word>", "secret-test-<36 word>"])
        .unlike(&["secret-live-<35 word>"]),
    token("WORKOS_KEY", "WorkOS API key", "sk_[A-Za-z0-9]{60,90}")
        .checked(Check::Random)
        .like(&["sk_<75 word>"])
        .unlike(&["sk_<59 word>", "sk_<75 prose>"]),
    token("PERSONA_KEY", "Persona key", "persona_production_\\u|persona_sandbox_\\u")
        .like(&["persona_production_<uuid>", "persona_sandbox_<uuid>"])
        .unlike(&["persona_production_<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token(
        "JWT",
        "JSON Web Token",
        "eyJ[\\w=-]{5,}\\.[\\w=-]{4,}\\.?[\\w+/=-]{0,}\\.?[\\w=-]{0,}\\.?[\\w=-]{0,}",
    )
    .checked(Check::Jwt)
    .like(&["<jwt>", "Authorization: Bearer <jwt>"])
    .unlike(&["eyJ<40 word>.<40 word>.<43 url>"]),
    token("JWT_BASE64", "JSON Web Token, once more in base64", "ZXlK[A-Za-z0-9+/]{60,8000}={0,2}")
        .checked(Check::EncodedJwt)
        .like(&["<jwt in base64>"])
        .unlike(&["ZXlK<80 base64>"]),
];
