//! Clouds.

use super::super::check::Check;
use super::super::rule::{Rule, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "AWS_ACCESS_KEY",
        "AWS access key id",
        "AKIA[A-Z0-9]{16}|ASIA[A-Z0-9]{16}|ABIA[A-Z0-9]{16}|ACCA[A-Z0-9]{16}|A3T[A-Z0-9]{17}",
    )
    .like(&["AKIA<16 upper>", "A3T<17 upper>"])
    .unlike(&["AKIA<15 upper>"]),
    named(
        "AWS_SECRET_KEY",
        "AWS secret access key",
        &["aws", "secret_access_key", "secretaccesskey", "secret access key"],
        "[A-Za-z0-9/+]{40}",
    )
    .checked(Check::Random)
    .like(&[r#""aws_key": "<40 base64>""#])
    .unlike(&[r#"it = "<40 base64>""#, r#""aws_key": "<39 base64>""#]),
    token(
        "AWS_SESSION_TOKEN",
        "AWS session token",
        concat!(
            "IQoJb3JpZ2luX2Vj[A-Za-z0-9/+]{50,4000}={0,2}",
            "|FwoGZXIvYXdz[A-Za-z0-9/+]{50,4000}={0,2}",
            "|FQoGZXIvYXdz[A-Za-z0-9/+]{50,4000}={0,2}"
        ),
    )
    .like(&["IQoJb3JpZ2luX2Vj<50 base64>=", "FQoGZXIvYXdz<50 base64>="])
    .unlike(&["IQoJb3JpZ2luX2Vj<49 base64>="]),
    token("AWS_MWS_TOKEN", "Amazon Marketplace auth token", "amzn\\.mws\\.\\u")
        .like(&["amzn.mws.<uuid>"])
        .unlike(&["amzn.mws.<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token(
        "AWS_BEDROCK_KEY",
        "Amazon Bedrock API key",
        "ABSK[A-Za-z0-9+/]{109,269}={0,2}|bedrock-api-key-[A-Za-z0-9+/]{60,4000}={0,2}",
    )
    .like(&["ABSK<189 base64>=", "bedrock-api-key-<60 base64>="])
    .unlike(&["ABSK<108 base64>="]),
    token("GOOGLE_API_KEY", "Google API key", "AIza[A-Za-z0-9_-]{35}")
        .like(&["AIza<35 url>"])
        .unlike(&["AIza<34 url>"]),
    token("GOOGLE_OAUTH_SECRET", "Google OAuth client secret", "GOCSPX-[A-Za-z0-9_-]{28}")
        .like(&["GOCSPX-<28 url>"])
        .unlike(&["GOCSPX-<27 url>"]),
    token("GOOGLE_OAUTH_TOKEN", "Google OAuth access token", "ya29\\.[A-Za-z0-9_-]{20,1024}")
        .like(&["ya29.<20 url>"])
        .unlike(&["ya29.<19 url>"]),
    token("GOOGLE_OAUTH_REFRESH_TOKEN", "Google OAuth refresh token", "1//0[A-Za-z0-9_-]{40,200}")
        .like(&["1//0<40 url>"])
        .unlike(&["1//0<39 url>"]),
    token("GOOGLE_HMAC_KEY", "Google Cloud Storage HMAC key id", "GOOG1[A-Z0-9]{56}|GOOG[A-Z0-9]{20}")
        .like(&["GOOG1<56 upper>", "GOOG<20 upper>"])
        .unlike(&["GOOG1<55 upper>"]),
    token("AZURE_STORAGE_KEY", "Azure storage account key", "AccountKey=([A-Za-z0-9+/]{86}==)")
        .like(&["AccountKey=<86 base64>=="])
        .unlike(&["AccountKey=<85 base64>=="]),
    named(
        "AZURE_STORAGE_KEY",
        "Azure storage account key",
        &["azure", "account_key", "accountkey", "storage"],
        "[A-Za-z0-9+/]{86}==",
    )
    .like(&["azure_key='<86 base64>=='"])
    .unlike(&[r#"it = "<86 base64>==""#, "azure_key='<85 base64>=='"]),
    token(
        "AZURE_SHARED_ACCESS_KEY",
        "Azure Service Bus, Event Hubs or IoT shared key",
        "SharedAccessKey=([A-Za-z0-9+/]{43}=)|SharedAccessKey=([A-Za-z0-9+/]{86}==)",
    )
    .like(&["SharedAccessKey=<43 base64>=", "SharedAccessKey=<86 base64>=="])
    .unlike(&["SharedAccessKey=<42 base64>="]),
    token(
        "AZURE_SAS_SIGNATURE",
        "signature of an Azure shared access URL",
        "&sig=([A-Za-z0-9%]{43,80})|\\?sig=([A-Za-z0-9%]{43,80})",
    )
    .like(&["&sig=<61 word>", "?sig=<61 word>"])
    .unlike(&["&sig=<42 word>"]),
    token(
        "AZURE_CLIENT_SECRET",
        "Microsoft Entra client secret",
        concat!(
            "[A-Za-z0-9_~\\.-]{3}8Q~[A-Za-z0-9_~\\.-]{31,34}",
            "|[A-Za-z0-9_~\\.-]{3}7Q~[A-Za-z0-9_~\\.-]{31,34}"
        ),
    )
    .like(&["<3 word>8Q~<32 word>", "<3 word>7Q~<32 word>"])
    .unlike(&["<3 word>8Q~<30 word>"]),
    token(
        "AZURE_KEY",
        "Azure key with Microsoft's mark (DevOps, OpenAI, Cognitive Services and others)",
        "[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}",
    )
    .like(&["<52 word>JQQJ99<26 word>"])
    .unlike(&["<52 word>JQQJ99<25 word>"]),
    token("AZURE_FUNCTION_KEY", "Azure Functions key", "[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{6}==")
        .like(&["<44 url>AzFu<6 url>=="])
        .unlike(&["<44 url>AzFu<5 url>=="]),
    token("AZURE_SEARCH_KEY", "Azure AI Search key", "[A-Za-z0-9]{42}AzSe[A-Za-z0-9]{6}")
        .like(&["<42 word>AzSe<6 word>"])
        .unlike(&["<42 word>AzSe<5 word>"]),
    token("AZURE_REGISTRY_KEY", "Azure Container Registry password", "[A-Za-z0-9/]{42}\\+ACR[A-Za-z0-9]{6}")
        .like(&["<42 word>+ACR<6 word>"])
        .unlike(&["<42 word>+ACR<5 word>"]),
    token("AZURE_COSMOS_KEY", "Azure Cosmos DB key", "[A-Za-z0-9+/]{76}ACDb[A-Za-z0-9+/]{6}==")
        .like(&["<76 base64>ACDb<6 base64>=="])
        .unlike(&["<76 base64>ACDb<5 base64>=="]),
    token(
        "DIGITALOCEAN_TOKEN",
        "DigitalOcean personal, OAuth or refresh token",
        "dop_v1_[a-f0-9]{64}|doo_v1_[a-f0-9]{64}|dor_v1_[a-f0-9]{64}|dos_v1_[a-f0-9]{64}",
    )
    .like(&["dop_v1_<64 hex>", "dos_v1_<64 hex>"])
    .unlike(&["dop_v1_<63 hex>"]),
    token("ALIBABA_ACCESS_KEY", "Alibaba Cloud access key id", "LTAI[A-Za-z0-9]{12,20}")
        .like(&["LTAI<16 word>"])
        .unlike(&["LTAI<11 word>"]),
    named(
        "ALIBABA_SECRET_KEY",
        "Alibaba Cloud secret key",
        &["alibaba", "aliyun", "alicloud"],
        "[A-Za-z0-9]{30}",
    )
    .checked(Check::Random)
    .like(&[r#""alibaba_key": "<30 word>""#])
    .unlike(&[r#"it = "<30 word>""#, r#""alibaba_key": "<29 word>""#]),
    token("TENCENT_SECRET_ID", "Tencent Cloud secret id", "AKID[A-Za-z0-9]{32}")
        .like(&["AKID<32 word>"])
        .unlike(&["AKID<31 word>"]),
    named("IBM_CLOUD_IAM_KEY", "IBM Cloud IAM key", &["ibm", "bluemix"], "[A-Za-z0-9_-]{44}")
        .checked(Check::Random)
        .like(&[r#"ibm_key = "<44 url>""#])
        .unlike(&[r#"it = "<44 url>""#, r#"ibm_key = "<43 url>""#]),
    named(
        "IBM_COS_HMAC_SECRET",
        "IBM Cloud Object Storage HMAC secret",
        &["ibm", "cos", "bluemix", "hmac", "secret_access_key"],
        "[a-f0-9]{48}",
    )
    .like(&[r#""ibm_key": "<48 hex>""#])
    .unlike(&[r#"it = "<48 hex>""#, r#""ibm_key": "<47 hex>""#]),
    named("SOFTLAYER_KEY", "SoftLayer API key", &["softlayer", "soft_layer", "sl_api"], "[a-z0-9]{64}")
        .like(&["softlayer_key='<64 lower>'"])
        .unlike(&[r#"it = "<64 lower>""#, "softlayer_key='<63 lower>'"]),
    token(
        "SOFTLAYER_KEY",
        "SoftLayer API key in a URL",
        concat!(
            "api\\.softlayer\\.com/soap/v3/([a-z0-9]{64})",
            "|api\\.softlayer\\.com/soap/v3\\.1/([a-z0-9]{64})"
        ),
    )
    .like(&["api.softlayer.com/soap/v3/<64 lower>", "api.softlayer.com/soap/v3.1/<64 lower>"])
    .unlike(&["api.softlayer.com/soap/v3/<63 lower>"]),
    named("CLOUDANT_KEY", "Cloudant API key or password", &["cloudant"], "[a-f0-9]{64}")
        .like(&[r#""cloudant_key": "<64 hex>""#])
        .unlike(&[r#"it = "<64 hex>""#, r#""cloudant_key": "<63 hex>""#]),
    token("YANDEX_API_KEY", "Yandex Cloud API key", "AQVN[A-Za-z0-9_-]{35,38}")
        .like(&["AQVN<36 url>"])
        .unlike(&["AQVN<34 url>"]),
    token(
        "YANDEX_ACCESS_TOKEN",
        "Yandex Cloud IAM token",
        "t1\\.[A-Za-z0-9_-]{20,2000}={0,2}\\.[A-Za-z0-9_-]{86}={0,2}",
    )
    .like(&["t1.<20 url>=.<86 url>="])
    .unlike(&["t1.<20 url>=.<85 url>="]),
    named("YANDEX_SECRET_KEY", "Yandex Cloud static key", &["yandex"], "YC[A-Za-z0-9_-]{38}")
        .like(&[r#""yandex_key": "YC<38 url>""#])
        .unlike(&[r#"it = "YC<38 url>""#, r#""yandex_key": "YC<37 url>""#]),
    token("AMAZON_OAUTH_SECRET", "Login with Amazon client secret", "amzn1\\.oa2-cs\\.v1\\.[a-f0-9]{64}")
        .like(&["amzn1.oa2-cs.v1.<64 hex>"])
        .unlike(&["amzn1.oa2-cs.v1.<63 hex>"]),
    token(
        "FIREBASE_SERVER_KEY",
        "Firebase Cloud Messaging server key",
        "A{4}[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{134}",
    )
    .like(&["AAAA<7 url>:APA91b<134 url>"])
    .unlike(&["AAAA<7 url>:APA91b<133 url>"]),
    token("AZURE_REDIS_KEY", "Azure Cache for Redis key", "[A-Za-z0-9]{33}AzCaA[A-P]{1}[A-Za-z0-9]{5}=")
        .like(&["<33 word>AzCaA<1 LETTERS><5 word>="])
        .unlike(&["<33 word>AzCaA<1 LETTERS><4 word>="]),
    token("AZURE_BATCH_KEY", "Azure Batch key", "[A-Za-z0-9+/]{76}\\+ABa[A-Za-z0-9+/]{6}==")
        .like(&["<76 base64>+ABa<6 base64>=="])
        .unlike(&["<76 base64>+ABa<5 base64>=="]),
    token(
        "AZURE_STORAGE_KEY",
        "Azure storage account key with its mark",
        "[A-Za-z0-9+/]{76}\\+ASt[A-Za-z0-9+/]{6}==",
    )
    .like(&["<76 base64>+ASt<6 base64>=="])
    .unlike(&["<76 base64>+ASt<5 base64>=="]),
    token("AZURE_APIM_KEY", "Azure API Management key", "[A-Za-z0-9+/]{76}APIM[A-Za-z0-9+/]{6}==")
        .like(&["<76 base64>APIM<6 base64>=="])
        .unlike(&["<76 base64>APIM<5 base64>=="]),
    token(
        "AZURE_SHARED_ACCESS_KEY",
        "Azure Service Bus, Event Hubs, Relay or IoT key with its mark",
        concat!(
            "[A-Za-z0-9+/]{33}\\+ASb[A-P]{1}[A-Za-z0-9+/]{5}=",
            "|[A-Za-z0-9+/]{33}\\+AEh[A-P]{1}[A-Za-z0-9+/]{5}=",
            "|[A-Za-z0-9+/]{33}\\+ARm[A-P]{1}[A-Za-z0-9+/]{5}=",
            "|[A-Za-z0-9+/]{33}AIoT[A-P]{1}[A-Za-z0-9+/]{5}="
        ),
    )
    .like(&["<33 base64>+ASb<1 LETTERS><5 base64>=", "<33 base64>AIoT<1 LETTERS><5 base64>="])
    .unlike(&["<33 base64>+ASb<1 LETTERS><4 base64>="]),
    token("NAVER_CLOUD_KEY", "Naver Cloud access or secret key", "ncp_iam_BP[A-Z]{4}[A-Za-z0-9]{24,46}")
        .like(&["ncp_iam_BP<4 LETTERS><35 word>"])
        .unlike(&["ncp_iam_BP<4 LETTERS><23 word>"]),
    token("VOLCENGINE_ACCESS_KEY", "Volcano Engine access key id", "AKLT[A-Za-z0-9_-]{40,48}")
        .checked(Check::Random)
        .like(&["AKLT<44 url>"])
        .unlike(&["AKLT<39 url>", "AKLT<44 prose>"]),
    token("YANDEX_OAUTH_TOKEN", "Yandex OAuth token", "y0_[A-Za-z0-9_-]{54,62}")
        .checked(Check::Random)
        .like(&["y0_<58 url>"])
        .unlike(&["y0_<53 url>", "y0_<58 prose>"]),
    token("YANDEX_CAPTCHA_KEY", "Yandex SmartCaptcha server key", "ysc2_[A-Za-z0-9]{48}")
        .like(&["ysc2_<48 word>"])
        .unlike(&["ysc2_<47 word>"]),
    token(
        "YANDEX_SERVICE_KEY",
        "Yandex Translate, Dictionary or Predictor key",
        concat!(
            "trnsl\\.1\\.1\\.[0-9]{8}T[0-9]{6}Z\\.[a-f0-9]{16}\\.[a-f0-9]{40}",
            "|dict\\.1\\.1\\.[0-9]{8}T[0-9]{6}Z\\.[a-f0-9]{16}\\.[a-f0-9]{40}",
            "|pdct\\.1\\.1\\.[0-9]{8}T[0-9]{6}Z\\.[a-f0-9]{16}\\.[a-f0-9]{40}"
        ),
    )
    .like(&[
        "trnsl.1.1.<8 digits>T<6 digits>Z.<16 hex>.<40 hex>",
        "pdct.1.1.<8 digits>T<6 digits>Z.<16 hex>.<40 hex>",
    ])
    .unlike(&["trnsl.1.1.<8 digits>T<6 digits>Z.<16 hex>.<39 hex>"]),
];
