//! Payments, banks, exchanges, shops.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "STRIPE_KEY",
        "Stripe secret or restricted key",
        concat!(
            "sk_live_[A-Za-z0-9]{16,247}",
            "|sk_test_[A-Za-z0-9]{16,247}",
            "|rk_live_[A-Za-z0-9]{16,247}",
            "|rk_test_[A-Za-z0-9]{16,247}",
            "|sk_prod_[A-Za-z0-9]{16,247}",
            "|rk_prod_[A-Za-z0-9]{16,247}"
        ),
    )
    .like(&["sk_live_<16 word>", "rk_prod_<16 word>"])
    .unlike(&["sk_live_<15 word>"]),
    token("STRIPE_WEBHOOK_SECRET", "Stripe webhook secret", "whsec_[A-Za-z0-9+/=]{32,64}")
        .like(&["whsec_<48 word>"])
        .unlike(&["whsec_<31 word>"]),
    token(
        "SQUARE_OAUTH_SECRET",
        "Square OAuth secret",
        "sq0csp-[A-Za-z0-9_-]{43}|sandbox-sq0csb-[A-Za-z0-9_-]{43}",
    )
    .like(&["sq0csp-<43 url>", "sandbox-sq0csb-<43 url>"])
    .unlike(&["sq0csp-<42 url>"]),
    token("SQUARE_ACCESS_TOKEN", "Square access token", "sq0atp-[A-Za-z0-9_-]{22,60}|EAAA[A-Za-z0-9_-]{60}")
        .like(&["sq0atp-<41 url>", "EAAA<60 url>"])
        .unlike(&["sq0atp-<21 url>"]),
    token(
        "PAYPAL_BRAINTREE_TOKEN",
        "Braintree access token",
        concat!(
            "access_token\\$production\\$[a-z0-9]{16}\\$[a-f0-9]{32}",
            "|access_token\\$sandbox\\$[a-z0-9]{16}\\$[a-f0-9]{32}"
        ),
    )
    .like(&["access_token$production$<16 lower>$<32 hex>", "access_token$sandbox$<16 lower>$<32 hex>"])
    .unlike(&["access_token$production$<16 lower>$<31 hex>"]),
    named("PAYPAL_SECRET", "PayPal client secret", &["paypal"], "E[A-Za-z0-9_-]{79}")
        .like(&["paypal_key='E<79 url>'"])
        .unlike(&[r#"it = "E<79 url>""#, "paypal_key='E<78 url>'"]),
    named("PLAID_SECRET", "Plaid secret", &["plaid"], "[a-f0-9]{30}")
        .like(&[r#"plaid_key = "<30 hex>""#])
        .unlike(&[r#"it = "<30 hex>""#, r#"plaid_key = "<29 hex>""#]),
    named("PLAID_CLIENT_ID", "Plaid client id", &["plaid"], "[a-f0-9]{24}")
        .like(&[r#""plaid_key": "<24 hex>""#])
        .unlike(&[r#"it = "<24 hex>""#, r#""plaid_key": "<23 hex>""#]),
    token(
        "PLAID_ACCESS_TOKEN",
        "Plaid access token",
        "access-sandbox-\\u|access-development-\\u|access-production-\\u",
    )
    .like(&["access-sandbox-<uuid>", "access-production-<uuid>"])
    .unlike(&["access-sandbox-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token(
        "FLUTTERWAVE_SECRET_KEY",
        "Flutterwave secret key",
        "FLWSECK_TEST-[a-h0-9]{12}|FLWSECK_TEST-[a-zA-Z0-9]{32}-X|FLWSECK-[a-zA-Z0-9]{32,50}-X",
    )
    .like(&["FLWSECK_TEST-<12 hex>", "FLWSECK-<41 word>-X"])
    .unlike(&["FLWSECK_TEST-<11 hex>"]),
    token("FLUTTERWAVE_ENCRYPTION_KEY", "Flutterwave encryption key", "FLWSECK_TEST[a-h0-9]{12}")
        .like(&["FLWSECK_TEST<12 hex>"])
        .unlike(&["FLWSECK_TEST<11 hex>"]),
    token(
        "FLUTTERWAVE_PUBLIC_KEY",
        "Flutterwave public key",
        "FLWPUBK_TEST-[a-hA-H0-9]{32}-X|FLWPUBK-[a-hA-H0-9]{32}-X",
    )
    .like(&["FLWPUBK_TEST-<32 hex>-X", "FLWPUBK-<32 hex>-X"])
    .unlike(&["FLWPUBK_TEST-<31 hex>-X"]),
    token("PAYSTACK_KEY", "Paystack key", "sk_[a-z]{4}_[a-f0-9]{40}")
        .like(&["sk_<4 letters>_<40 hex>"])
        .unlike(&["sk_<4 letters>_<39 hex>"]),
    token("RAZORPAY_KEY", "Razorpay key id", "rzp_live_[A-Za-z0-9]{14}|rzp_test_[A-Za-z0-9]{14}")
        .like(&["rzp_live_<14 word>", "rzp_test_<14 word>"])
        .unlike(&["rzp_live_<13 word>"]),
    token("GOCARDLESS_TOKEN", "GoCardless token", "live_[A-Za-z0-9_=-]{40}")
        .checked(Check::Random)
        .like(&["live_<40 word>"])
        .unlike(&["live_<39 word>", "live_<40 prose>"]),
    token("MOLLIE_KEY", "Mollie key", "live_[A-Za-z0-9]{30}|test_[A-Za-z0-9]{30}")
        .checked(Check::Random)
        .like(&["live_<30 word>", "test_<30 word>"])
        .unlike(&["live_<29 word>", "live_<30 prose>"]),
    token("ADYEN_KEY", "Adyen API key", "AQE[\\w+/=-]{100,300}")
        .checked(Check::Random)
        .like(&["AQE<200 word>"])
        .unlike(&["AQE<99 word>", "AQE<200 prose>"]),
    token("EASYPOST_KEY", "EasyPost production key", "EZAK[A-Za-z0-9]{54}")
        .like(&["EZAK<54 word>"])
        .unlike(&["EZAK<53 word>"]),
    token("EASYPOST_TEST_KEY", "EasyPost test key", "EZTK[A-Za-z0-9]{54}")
        .like(&["EZTK<54 word>"])
        .unlike(&["EZTK<53 word>"]),
    token("SHIPPO_TOKEN", "Shippo token", "shippo_live_[a-f0-9]{40}|shippo_test_[a-f0-9]{40}")
        .like(&["shippo_live_<40 hex>", "shippo_test_<40 hex>"])
        .unlike(&["shippo_live_<39 hex>"]),
    token("DUFFEL_TOKEN", "Duffel token", "duffel_live_[A-Za-z0-9_=-]{43}|duffel_test_[A-Za-z0-9_=-]{43}")
        .like(&["duffel_live_<43 word>", "duffel_test_<43 word>"])
        .unlike(&["duffel_live_<42 word>"]),
    token("LOB_KEY", "Lob API key", "live_[a-f0-9]{35}|test_[a-f0-9]{35}")
        .like(&["live_<35 hex>", "test_<35 hex>"])
        .unlike(&["live_<34 hex>"]),
    token("LOB_PUBLISHABLE_KEY", "Lob publishable key", "live_pub_[a-f0-9]{31}|test_pub_[a-f0-9]{31}")
        .like(&["live_pub_<31 hex>", "test_pub_<31 hex>"])
        .unlike(&["live_pub_<30 hex>"]),
    token(
        "SHOPIFY_TOKEN",
        "Shopify access token, shared secret or app password",
        concat!(
            "shpat_[a-fA-F0-9]{32}",
            "|shpca_[a-fA-F0-9]{32}",
            "|shppa_[a-fA-F0-9]{32}",
            "|shpss_[a-fA-F0-9]{32}",
            "|shptka_[a-fA-F0-9]{32}",
            "|shpua_[a-fA-F0-9]{32}",
            "|shpct_[a-fA-F0-9]{32}",
            "|shpprt_[a-fA-F0-9]{32}",
            "|shpmt_[a-fA-F0-9]{32}",
            "|shpcd_[a-fA-F0-9]{32}",
            "|atkn_[a-f0-9]{64}"
        ),
    )
    .like(&["shpat_<32 hex>", "atkn_<64 hex>"])
    .unlike(&["shpat_<31 hex>"]),
    token("WOOCOMMERCE_SECRET", "WooCommerce consumer key or secret", "ck_[a-f0-9]{40}|cs_[a-f0-9]{40}")
        .like(&["ck_<40 hex>", "cs_<40 hex>"])
        .unlike(&["ck_<39 hex>"]),
    named("BITTREX_KEY", "Bittrex access or secret key", &["bittrex"], "[a-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""bittrex_key": "<32 lower>""#])
        .unlike(&[r#"it = "<32 lower>""#, r#""bittrex_key": "<31 lower>""#]),
    named("COINBASE_TOKEN", "Coinbase access token", &["coinbase"], "[A-Za-z0-9_-]{64}")
        .checked(Check::Random)
        .like(&["coinbase_key='<64 url>'"])
        .unlike(&[r#"it = "<64 url>""#, "coinbase_key='<63 url>'"]),
    named("KRAKEN_TOKEN", "Kraken access token", &["kraken"], "[A-Za-z0-9/_+-]{80,90}={0,2}")
        .checked(Check::Random)
        .like(&[r#"kraken_key = "<85 word>=""#])
        .unlike(&[r#"it = "<85 word>=""#, r#"kraken_key = "<79 word>=""#]),
    named("KUCOIN_ACCESS_TOKEN", "KuCoin access token", &["kucoin"], "[a-f0-9]{24}")
        .like(&[r#""kucoin_key": "<24 hex>""#])
        .unlike(&[r#"it = "<24 hex>""#, r#""kucoin_key": "<23 hex>""#]),
    named("KUCOIN_SECRET_KEY", "KuCoin secret key", &["kucoin"], "\\u")
        .like(&["kucoin_key='<uuid>'"])
        .unlike(&[r#"it = "<uuid>""#, "kucoin_key='<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>'"]),
    named("BINANCE_KEY", "Binance API key or secret", &["binance"], "[A-Za-z0-9]{64}")
        .checked(Check::Random)
        .like(&[r#"binance_key = "<64 word>""#])
        .unlike(&[r#"it = "<64 word>""#, r#"binance_key = "<63 word>""#]),
    named("FINICITY_TOKEN", "Finicity token", &["finicity"], "[a-f0-9]{32}")
        .like(&[r#""finicity_key": "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#""finicity_key": "<31 hex>""#]),
    named("FINICITY_CLIENT_SECRET", "Finicity client secret", &["finicity"], "[a-z0-9]{20}")
        .checked(Check::Random)
        .like(&["finicity_key='<20 lower>'"])
        .unlike(&[r#"it = "<20 lower>""#, "finicity_key='<19 lower>'"]),
    named("FINNHUB_TOKEN", "Finnhub token", &["finnhub"], "[a-z0-9]{20}")
        .checked(Check::Random)
        .like(&[r#"finnhub_key = "<20 lower>""#])
        .unlike(&[r#"it = "<20 lower>""#, r#"finnhub_key = "<19 lower>""#]),
    named("FRESHBOOKS_TOKEN", "FreshBooks token", &["freshbooks"], "[a-z0-9]{64}")
        .checked(Check::Random)
        .like(&[r#""freshbooks_key": "<64 lower>""#])
        .unlike(&[r#"it = "<64 lower>""#, r#""freshbooks_key": "<63 lower>""#]),
    token(
        "SIDEKIQ_SECRET",
        "Sidekiq Pro or Enterprise credential",
        concat!(
            "BUNDLE_ENTERPRISE__CONTRIBSYS__COM=([a-f0-9]{8}:[a-f0-9]{8})",
            "|BUNDLE_GEMS__CONTRIBSYS__COM=([a-f0-9]{8}:[a-f0-9]{8})"
        ),
    )
    .like(&[
        "BUNDLE_ENTERPRISE__CONTRIBSYS__COM=<8 hex>:<8 hex>",
        "BUNDLE_GEMS__CONTRIBSYS__COM=<8 hex>:<8 hex>",
    ])
    .unlike(&["BUNDLE_ENTERPRISE__CONTRIBSYS__COM=<8 hex>:<7 hex>"]),
    token(
        "SIDEKIQ_URL",
        "Sidekiq credential in a URL",
        concat!(
            "([a-f0-9]{8}:[a-f0-9]{8})@gems\\.contribsys\\.com",
            "|([a-f0-9]{8}:[a-f0-9]{8})@enterprise\\.contribsys\\.com"
        ),
    )
    .like(&["<8 hex>:<8 hex>@gems.contribsys.com", "<8 hex>:<8 hex>@enterprise.contribsys.com"])
    .unlike(&["<8 hex>:<7 hex>@gems.contribsys.com"]),
    named("ETSY_TOKEN", "Etsy access token", &["etsy"], "[a-z0-9]{24}")
        .checked(Check::Random)
        .like(&[r#""etsy_key": "<24 lower>""#])
        .unlike(&[r#"it = "<24 lower>""#, r#""etsy_key": "<23 lower>""#]),
    named("SQUARESPACE_TOKEN", "Squarespace token", &["squarespace"], "\\u")
        .like(&["squarespace_key='<uuid>'"])
        .unlike(&[r#"it = "<uuid>""#, "squarespace_key='<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>'"]),
    token(
        "ETHEREUM_PROVIDER_KEY",
        "Alchemy or Infura project URL",
        concat!(
            "alchemy\\.com/v2/([A-Za-z0-9_-]{32})",
            "|alchemyapi\\.io/v2/([A-Za-z0-9_-]{32})",
            "|infura\\.io/v3/([a-f0-9]{32})"
        ),
    )
    .like(&["alchemy.com/v2/<32 url>", "infura.io/v3/<32 hex>"])
    .unlike(&["alchemy.com/v2/<31 url>"]),
    // https://developer.paddle.com/api-reference/about/api-keys
    token(
        "PADDLE_API_KEY",
        "Paddle API key",
        concat!(
            "pdl_live_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}",
            "|pdl_sdbx_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}"
        ),
    )
    .like(&["pdl_live_apikey_<26 lower>_<22 word>_<3 word>", "pdl_sdbx_apikey_<26 lower>_<22 word>_<3 word>"])
    .unlike(&["pdl_live_apikey_<26 lower>_<22 word>_<2 word>"]),
    token(
        "POLAR_TOKEN",
        "Polar token or client secret",
        concat!(
            "polar_oat_[A-Za-z0-9]{43}",
            "|polar_pat_[A-Za-z0-9]{43}",
            "|polar_cs_[A-Za-z0-9]{43}",
            "|polar_cst_[A-Za-z0-9]{43}",
            "|polar_crt_[A-Za-z0-9]{43}",
            "|polar_ci_[A-Za-z0-9]{43}",
            "|polar_ac_[A-Za-z0-9]{43}",
            "|polar_at_u_[A-Za-z0-9]{43}",
            "|polar_at_o_[A-Za-z0-9]{43}",
            "|polar_rt_u_[A-Za-z0-9]{43}",
            "|polar_rt_o_[A-Za-z0-9]{43}",
            "|polar_us_[A-Za-z0-9]{43}",
            "|polar_mst_[A-Za-z0-9]{43}"
        ),
    )
    .checked(Check::Base62Crc)
    .like(&["polar_oat_<37 word><sum>", "polar_at_u_<37 word><sum>"])
    .unlike(&["polar_oat_<42 word>", "polar_bear_<37 word><sum>"]),
    token(
        "CHECKOUT_COM_KEY",
        "Checkout.com secret key",
        "sk_sbox_[a-z2-7]{26}[a-z2-7*#$=]{1}|sk_test_\\u|sk_\\u",
    )
    .like(&["sk_sbox_<26 base32><1 base32>", "sk_<uuid>"])
    .unlike(&["sk_sbox_<25 base32><1 base32>"]),
    token("CHECKOUT_COM_KEY", "Checkout.com secret key of production", "sk_[a-z2-7]{26}[a-z2-7*#$=]{1}")
        .checked(Check::Random)
        .like(&["sk_<26 base32><1 base32>"])
        .unlike(&["sk_<25 base32><1 base32>", "sk_<26 prose><1 base32>"]),
    token(
        "CASHFREE_KEY",
        "Cashfree secret key",
        "cfsk_ma_prod_[a-f0-9]{32}_[a-f0-9]{8}|cfsk_ma_test_[a-f0-9]{32}_[a-f0-9]{8}",
    )
    .like(&["cfsk_ma_prod_<32 hex>_<8 hex>", "cfsk_ma_test_<32 hex>_<8 hex>"])
    .unlike(&["cfsk_ma_prod_<32 hex>_<7 hex>"]),
    token("ASAAS_KEY", "Asaas API key", "\\$aact_[A-Za-z0-9:=+/_-]{80,250}")
        .like(&["$aact_<165 word>"])
        .unlike(&["$aact_<79 word>"]),
    token(
        "MIDTRANS_KEY",
        "Midtrans server key",
        "Mid-server-[A-Za-z0-9_-]{24}|SB-Mid-server-[A-Za-z0-9_-]{24}",
    )
    .like(&["Mid-server-<24 url>", "SB-Mid-server-<24 url>"])
    .unlike(&["Mid-server-<23 url>"]),
    token(
        "MERCURY_TOKEN",
        "Mercury API token",
        concat!(
            "secret-token:mercury_production_[a-z]{3}_[A-Za-z0-9]{30,60}_yrucrem",
            "|secret-token:mercury_sandbox_[a-z]{3}_[A-Za-z0-9]{30,60}_yrucrem"
        ),
    )
    .like(&[
        "secret-token:mercury_production_<3 letters>_<45 word>_yrucrem",
        "secret-token:mercury_sandbox_<3 letters>_<45 word>_yrucrem",
    ])
    .unlike(&["secret-token:mercury_production_<3 letters>_<29 word>_yrucrem"]),
    token(
        "XENDIT_KEY",
        "Xendit secret key",
        "xnd_production_[A-Za-z0-9]{40,80}|xnd_development_[A-Za-z0-9]{40,80}",
    )
    .like(&["xnd_production_<60 word>", "xnd_development_<60 word>"])
    .unlike(&["xnd_production_<39 word>"]),
    token("OMISE_KEY", "Omise secret key", "skey_test_[a-z0-9]{19}|skey_[a-z0-9]{19}")
        .checked(Check::Random)
        .like(&["skey_test_<19 lower>", "skey_<19 lower>"])
        .unlike(&["skey_test_<18 lower>", "skey_test_<19 prose>"]),
    token(
        "MERCADO_PAGO_TOKEN",
        "Mercado Pago access token",
        "APP_USR-[0-9]{14,16}-[0-9]{6}-[a-f0-9]{32}-[0-9]{7,10}",
    )
    .like(&["APP_USR-<15 digits>-<6 digits>-<32 hex>-<8 digits>"])
    .unlike(&["APP_USR-<15 digits>-<6 digits>-<32 hex>-<6 digits>"]),
    token("PAGARME_KEY", "Pagar.me key", "ak_live_[A-Za-z0-9]{30}|ak_test_[A-Za-z0-9]{30}")
        .like(&["ak_live_<30 word>", "ak_test_<30 word>"])
        .unlike(&["ak_live_<29 word>"]),
    token("FLEETBASE_KEY", "Fleetbase key", "flb_live_[A-Za-z0-9]{20}|flb_test_[A-Za-z0-9]{20}")
        .like(&["flb_live_<20 word>", "flb_test_<20 word>"])
        .unlike(&["flb_live_<19 word>"]),
    token("CHARGEBEE_KEY", "Chargebee key", "live_[A-Za-z0-9]{32,34}|test_[A-Za-z0-9]{32,34}")
        .checked(Check::Random)
        .like(&["live_<33 word>", "test_<33 word>"])
        .unlike(&["live_<31 word>", "live_<33 prose>"]),
    token("FREEMIUS_SECRET", "Freemius secret key", "['\"](sk_[!#-&(-~]{29})")
        .checked(Check::Signs)
        .like(&["'secret_key' => 'sk_<29 signs>',"])
        .unlike(&["'sk_<28 signs>'", "'sk_<29 word>'"]),
    token(
        "EBAY_SECRET",
        "eBay client secret",
        concat!(
            "PRD-[a-f0-9]{12}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}",
            "|SBX-[a-f0-9]{12}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}"
        ),
    )
    .like(&["PRD-<12 hex>-<4 hex>-<4 hex>-<4 hex>-<4 hex>", "SBX-<12 hex>-<4 hex>-<4 hex>-<4 hex>-<4 hex>"])
    .unlike(&["PRD-<12 hex>-<4 hex>-<4 hex>-<4 hex>-<3 hex>"]),
    token("SHOPEE_KEY", "Shopee partner key", "shpk[a-f0-9]{64}")
        .like(&["shpk<64 hex>"])
        .unlike(&["shpk<63 hex>"]),
    alone("COINGECKO_KEY", "CoinGecko API key", "CG-[A-Za-z0-9]{24}")
        .checked(Check::Random)
        .like(&["CG-<24 word>"])
        .unlike(&["CG-<23 word>", "CG-<24 prose>"]),
    alone("BITGO_TOKEN", "BitGo access token", "v2x[a-f0-9]{64}")
        .like(&["v2x<64 hex>"])
        .unlike(&["v2x<63 hex>"]),
    named("ETHERSCAN_KEY", "Etherscan API key", &["etherscan", "bscscan", "polygonscan"], "[A-Z0-9]{34}")
        .checked(Check::Random)
        .like(&["etherscan_key='<34 upper>'"])
        .unlike(&[r#"it = "<34 upper>""#, "etherscan_key='<33 upper>'"]),
    named("ALPHA_VANTAGE_KEY", "Alpha Vantage key", &["alphavantage", "alpha_vantage"], "[A-Z0-9]{16}")
        .checked(Check::Random)
        .like(&[r#"alphavantage_key = "<16 upper>""#])
        .unlike(&[r#"it = "<16 upper>""#, r#"alphavantage_key = "<15 upper>""#]),
    alone("DATABENTO_KEY", "Databento API key", "db-[A-Za-z0-9]{29}")
        .checked(Check::Random)
        .like(&["db-<29 word>"])
        .unlike(&["db-<28 word>", "db-<29 prose>"]),
];
