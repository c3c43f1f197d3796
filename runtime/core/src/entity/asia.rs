//! Asia and Oceania.

use super::check::{aadhaar, abn, acn, cn_resident, kr_rrn, medicare, sg_nric, sg_uen, tfn, th_tnin};
use super::rule::{Context, Rule, Table};

const RULES: &[Rule] = &[
    Rule::checked("AU_ABN", "2-3-3-3", r"[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}", 0.1, abn),
    Rule::checked("AU_ABN", "digits", r"[0-9]{11}", 0.01, abn),
    Rule::checked("AU_ACN", "3-3-3", r"[0-9]{3} [0-9]{3} [0-9]{3}", 0.1, acn),
    Rule::checked("AU_ACN", "digits", r"[0-9]{9}", 0.01, acn),
    Rule::checked("AU_TFN", "3-3-3", r"[0-9]{3} [0-9]{3} [0-9]{3}", 0.1, tfn),
    Rule::checked("AU_TFN", "digits", r"[0-9]{9}", 0.01, tfn),
    Rule::checked("AU_MEDICARE", "4-5-1", r"[2-6][0-9]{3} [0-9]{5} [0-9]", 0.1, medicare),
    Rule::checked("AU_MEDICARE", "digits", r"[2-6][0-9]{9}", 0.01, medicare),
    Rule::shape("IN_PAN", "person or firm", r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", 0.85),
    Rule::shape("IN_PAN", "five letters", r"[A-Z]{5}[0-9]{4}[A-Z]", 0.6),
    Rule::checked("IN_AADHAAR", "aadhaar", r"[2-9][0-9]{3}[- ]?[0-9]{4}[- ]?[0-9]{4}", 0.01, aadhaar),
    Rule::shape("IN_VOTER", "epic, known second letter", r"[A-Z][ABCDGHJKMNPRSY][A-Z][0-9]{7}", 0.4),
    Rule::shape("IN_VOTER", "epic", r"[A-Z]{3}[0-9]{7}", 0.3),
    Rule::shape("IN_PASSPORT", "passport", r"[A-Z][1-9][0-9] ?[0-9]{4}[1-9]", 0.1),
    Rule::shape(
        "IN_VEHICLE_REGISTRATION",
        "state",
        r"[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{4}",
        0.5,
    ),
    Rule::shape(
        "IN_VEHICLE_REGISTRATION",
        "bharat",
        r"[2-9][1-9][ -]?BH[ -]?[0-9]{4}[ -]?[A-HJ-NP-Z]{1,2}",
        0.85,
    ),
    Rule::shape("IN_VEHICLE_REGISTRATION", "army", r"[0-9]{2}[A-FHKPRX][0-9]{6}[A-Z]", 0.85),
    Rule::shape("IN_VEHICLE_REGISTRATION", "diplomatic", r"[0-9]{1,3}(?:CD|CC|UN)[1-9][0-9]{1,3}", 0.4),
    Rule::shape("IN_VEHICLE_REGISTRATION", "older", r"[A-Z]{3}[0-9]{4}", 0.2),
    Rule::shape("IN_VEHICLE_REGISTRATION", "oldest", r"(?:[A-Z]{1,2}[0-9]{4}|I[0-9]{5})", 0.01),
    Rule::checked("SG_NRIC_FIN", "series", r"[STFGM][0-9]{7}[A-Z]", 0.5, sg_nric),
    Rule::checked("SG_UEN", "number", r"(?:[0-9]{8,9}|[TSR][0-9]{2}[A-Z]{2}[0-9]{4})[A-Z]", 0.3, sg_uen),
    Rule::checked("KR_RRN", "6-7", r"[0-9]{6}-[0-9]{7}", 0.5, kr_rrn),
    Rule::checked("KR_RRN", "digits", r"[0-9]{6}[1-8][0-9]{6}", 0.3, kr_rrn),
    Rule::checked("TH_TNIN", "1-4-5-2-1", r"[1-9]-?[0-9]{4}-?[0-9]{5}-?[0-9]{2}-?[0-9]", 0.5, th_tnin),
    Rule::checked("CN_RESIDENT_ID", "18", r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9X]", 0.4, cn_resident),
    Rule::shape(
        "PHONE_NUMBER_ZH",
        "mobile",
        r"1(?:3[0-9]|4[5-9]|5[0-35-9]|66|7[0-8]|8[0-9]|9[89])[0-9]{8}",
        0.75,
    ),
];

const CONTEXT: &[Context] = &[
    Context { entity: "AU_ABN", words: &["australian", "business", "abn"] },
    Context { entity: "AU_ACN", words: &["australian", "company", "acn"] },
    Context { entity: "AU_TFN", words: &["tax", "file", "tfn"] },
    Context { entity: "AU_MEDICARE", words: &["medicare"] },
    Context { entity: "IN_PAN", words: &["permanent", "account", "pan"] },
    Context { entity: "IN_AADHAAR", words: &["aadhaar", "uidai"] },
    Context { entity: "IN_VOTER", words: &["voter", "epic", "elector"] },
    Context { entity: "IN_PASSPORT", words: &["passport", "indian"] },
    Context { entity: "IN_VEHICLE_REGISTRATION", words: &["rto", "vehicle", "plate", "registration"] },
    Context { entity: "SG_NRIC_FIN", words: &["fin", "nric"] },
    Context { entity: "SG_UEN", words: &["uen", "unique", "entity", "business", "registration", "acra"] },
    Context {
        entity: "KR_RRN",
        words: &["korean", "resident", "registration", "rrn", "주민등록번호", "주민번호"],
    },
    Context {
        entity: "TH_TNIN", words: &["thai", "national", "tnin", "เลขประจำตัวประชาชน", "บัตรประชาชน"]
    },
    Context { entity: "CN_RESIDENT_ID", words: &["身份证", "resident", "identity"] },
    Context {
        entity: "PHONE_NUMBER_ZH",
        words: &["phone", "number", "telephone", "cell", "cellphone", "mobile", "call", "电话", "手机"],
    },
];

pub(super) const TABLE: Table = (RULES, CONTEXT);
