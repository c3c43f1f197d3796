//! Payments, banks, exchanges, shops.

use super::super::check::Check;
use super::super::rule::{Rule, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "STRIPE_KEY",
        "Stripe secret or restricted key",
        "sk_live_[A-Za-z0-9]{16,247}|sk_test_[A-Za-z0-9]{16,247}|rk_live_[A-Za-z0-9]{16,247}|rk_test_[A-Za-z0-9]{16,247}|sk_prod_[A-Za-z0-9]{16,247}|rk_prod_[A-Za-z0-9]{16,247}",
    ),
    token("STRIPE_WEBHOOK_SECRET", "Stripe webhook secret", "whsec_[A-Za-z0-9+/=]{32,64}"),
    token("SQUARE_OAUTH_SECRET", "Square OAuth secret", "sq0csp-[A-Za-z0-9_-]{43}"),
    token("SQUARE_ACCESS_TOKEN", "Square access token", "sq0atp-[A-Za-z0-9_-]{22,60}|EAAA[A-Za-z0-9_-]{60}"),
    token(
        "PAYPAL_BRAINTREE_TOKEN",
        "Braintree access token",
        "access_token\\$production\\$[a-z0-9]{16}\\$[a-f0-9]{32}|access_token\\$sandbox\\$[a-z0-9]{16}\\$[a-f0-9]{32}",
    ),
    named("PAYPAL_SECRET", "PayPal client secret", &["paypal"], "E[A-Za-z0-9_-]{79}"),
    named("PLAID_SECRET", "Plaid secret", &["plaid"], "[a-f0-9]{30}"),
    named("PLAID_CLIENT_ID", "Plaid client id", &["plaid"], "[a-f0-9]{24}"),
    token(
        "PLAID_ACCESS_TOKEN",
        "Plaid access token",
        "access-sandbox-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|access-development-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|access-production-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token(
        "FLUTTERWAVE_SECRET_KEY",
        "Flutterwave secret key",
        "FLWSECK_TEST-[a-h0-9]{12}|FLWSECK_TEST-[a-zA-Z0-9]{32}-X|FLWSECK-[a-zA-Z0-9]{32,50}-X",
    ),
    token("FLUTTERWAVE_ENCRYPTION_KEY", "Flutterwave encryption key", "FLWSECK_TEST[a-h0-9]{12}"),
    token(
        "FLUTTERWAVE_PUBLIC_KEY",
        "Flutterwave public key",
        "FLWPUBK_TEST-[a-hA-H0-9]{32}-X|FLWPUBK-[a-hA-H0-9]{32}-X",
    ),
    token("PAYSTACK_KEY", "Paystack key", "sk_[a-z]{4}_[a-f0-9]{40}"),
    token("RAZORPAY_KEY", "Razorpay key id", "rzp_live_[A-Za-z0-9]{14}|rzp_test_[A-Za-z0-9]{14}"),
    token("GOCARDLESS_TOKEN", "GoCardless token", "live_[A-Za-z0-9_=-]{40}").checked(Check::Random),
    token("MOLLIE_KEY", "Mollie key", "live_[A-Za-z0-9]{30}|test_[A-Za-z0-9]{30}").checked(Check::Random),
    token("ADYEN_KEY", "Adyen API key", "AQE[\\w+/=-]{100,300}").checked(Check::Random),
    token("EASYPOST_KEY", "EasyPost production key", "EZAK[A-Za-z0-9]{54}"),
    token("EASYPOST_TEST_KEY", "EasyPost test key", "EZTK[A-Za-z0-9]{54}"),
    token("SHIPPO_TOKEN", "Shippo token", "shippo_live_[a-f0-9]{40}|shippo_test_[a-f0-9]{40}"),
    token("DUFFEL_TOKEN", "Duffel token", "duffel_live_[A-Za-z0-9_=-]{43}|duffel_test_[A-Za-z0-9_=-]{43}"),
    token("LOB_KEY", "Lob API key", "live_[a-f0-9]{35}|test_[a-f0-9]{35}"),
    token("LOB_PUBLISHABLE_KEY", "Lob publishable key", "live_pub_[a-f0-9]{31}|test_pub_[a-f0-9]{31}"),
    token(
        "SHOPIFY_TOKEN",
        "Shopify access token, shared secret or app password",
        "shpat_[a-fA-F0-9]{32}|shpca_[a-fA-F0-9]{32}|shppa_[a-fA-F0-9]{32}|shpss_[a-fA-F0-9]{32}|shptka_[a-fA-F0-9]{32}|shpua_[a-fA-F0-9]{32}",
    ),
    token("WOOCOMMERCE_SECRET", "WooCommerce consumer key or secret", "ck_[a-f0-9]{40}|cs_[a-f0-9]{40}"),
    named("BITTREX_KEY", "Bittrex access or secret key", &["bittrex"], "[a-z0-9]{32}").checked(Check::Random),
    named("COINBASE_TOKEN", "Coinbase access token", &["coinbase"], "[A-Za-z0-9_-]{64}")
        .checked(Check::Random),
    named("KRAKEN_TOKEN", "Kraken access token", &["kraken"], "[A-Za-z0-9/_+-]{80,90}={0,2}")
        .checked(Check::Random),
    named("KUCOIN_ACCESS_TOKEN", "KuCoin access token", &["kucoin"], "[a-f0-9]{24}"),
    named(
        "KUCOIN_SECRET_KEY",
        "KuCoin secret key",
        &["kucoin"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    named("BINANCE_KEY", "Binance API key or secret", &["binance"], "[A-Za-z0-9]{64}").checked(Check::Random),
    named("FINICITY_TOKEN", "Finicity token", &["finicity"], "[a-f0-9]{32}"),
    named("FINICITY_CLIENT_SECRET", "Finicity client secret", &["finicity"], "[a-z0-9]{20}")
        .checked(Check::Random),
    named("FINNHUB_TOKEN", "Finnhub token", &["finnhub"], "[a-z0-9]{20}").checked(Check::Random),
    named("FRESHBOOKS_TOKEN", "FreshBooks token", &["freshbooks"], "[a-z0-9]{64}").checked(Check::Random),
    token(
        "SIDEKIQ_SECRET",
        "Sidekiq Pro or Enterprise credential",
        "BUNDLE_ENTERPRISE__CONTRIBSYS__COM=([a-f0-9]{8}:[a-f0-9]{8})|BUNDLE_GEMS__CONTRIBSYS__COM=([a-f0-9]{8}:[a-f0-9]{8})",
    ),
    token(
        "SIDEKIQ_URL",
        "Sidekiq credential in a URL",
        "([a-f0-9]{8}:[a-f0-9]{8})@gems\\.contribsys\\.com|([a-f0-9]{8}:[a-f0-9]{8})@enterprise\\.contribsys\\.com",
    ),
    named("ETSY_TOKEN", "Etsy access token", &["etsy"], "[a-z0-9]{24}").checked(Check::Random),
    named(
        "SQUARESPACE_TOKEN",
        "Squarespace token",
        &["squarespace"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token(
        "ETHEREUM_PROVIDER_KEY",
        "Alchemy or Infura project URL",
        "alchemy\\.com/v2/([A-Za-z0-9_-]{32})|alchemyapi\\.io/v2/([A-Za-z0-9_-]{32})|infura\\.io/v3/([a-f0-9]{32})",
    ),
    // https://developer.paddle.com/api-reference/about/api-keys
    token(
        "PADDLE_API_KEY",
        "Paddle API key",
        "pdl_live_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}|pdl_sdbx_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}",
    ),
    token("POLAR_TOKEN", "Polar organization token", "polar_oat_[A-Za-z0-9]{40,50}"),
];
