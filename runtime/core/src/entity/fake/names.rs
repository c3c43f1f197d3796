//! Names, cities and streets by language: common ones, in combinations that are nobody's in particular.

use super::Dice;

/// The words of one language.
pub(super) struct Locale {
    pub(super) given: &'static [&'static str],
    pub(super) family: &'static [&'static str],
    pub(super) cities: &'static [&'static str],
    pub(super) streets: &'static [&'static str],
    /// Whether the family's name comes first, without a space.
    family_first: bool,
}

impl Locale {
    pub(super) const ENGLISH: &'static Self = &Self {
        given: &[
            "Alice", "Brian", "Carol", "Dennis", "Emma", "Frank", "Gloria", "Henry", "Irene", "Jack",
            "Karen", "Leo", "Mona", "Neil", "Olive", "Peter", "Quinn", "Rita", "Simon", "Tina", "Ursula",
            "Victor", "Wendy", "Xavier", "Yvonne", "Zachary", "Amber", "Bruce", "Celia", "Derek", "Edith",
            "Felix",
        ],
        family: &[
            "Abbott",
            "Barker",
            "Carver",
            "Dawson",
            "Ellis",
            "Fletcher",
            "Garner",
            "Hobbs",
            "Ingram",
            "Jarvis",
            "Kemp",
            "Lawson",
            "Mercer",
            "Norton",
            "Osborne",
            "Porter",
            "Quigley",
            "Ramsey",
            "Sutton",
            "Thornton",
            "Underwood",
            "Vaughn",
            "Walsh",
            "Yates",
            "Archer",
            "Bishop",
            "Cooper",
            "Draper",
            "Emery",
            "Foster",
            "Graves",
            "Holt",
        ],
        cities: &[
            "Ashford",
            "Bridgeton",
            "Clearwater",
            "Dunmore",
            "Eastfield",
            "Fairview",
            "Glenwood",
            "Harborview",
            "Kingsley",
            "Lakewood",
            "Milford",
            "Northgate",
        ],
        streets: &[
            "Oak Street",
            "Mill Lane",
            "Church Road",
            "Park Avenue",
            "Station Road",
            "Elm Drive",
            "Orchard Close",
            "River Way",
        ],
        family_first: false,
    };

    const GERMAN: &'static Self = &Self {
        given: &[
            "Anna", "Bernd", "Clara", "Dieter", "Erika", "Florian", "Greta", "Holger", "Ines", "Jonas",
            "Katrin", "Lukas", "Monika", "Niklas", "Petra", "Rainer", "Sabine", "Torsten", "Ulrike",
            "Volker",
        ],
        family: &[
            "Albrecht", "Brandt", "Decker", "Ebert", "Fiedler", "Graf", "Haas", "Jansen", "Kramer", "Lorenz",
            "Maurer", "Nagel", "Otto", "Pohl", "Reuter", "Schuster", "Thiele", "Ulrich", "Vogt", "Winter",
        ],
        cities: &[
            "Altenberg",
            "Birkenfeld",
            "Dornstadt",
            "Eichwald",
            "Falkenau",
            "Grünheim",
            "Lindental",
            "Neustadt",
            "Rosenbach",
            "Steinfurt",
        ],
        streets: &[
            "Hauptstraße",
            "Bahnhofstraße",
            "Gartenweg",
            "Lindenallee",
            "Schulstraße",
            "Bergstraße",
            "Mühlweg",
        ],
        family_first: false,
    };

    const SPANISH: &'static Self = &Self {
        given: &[
            "Ana", "Bruno", "Carmen", "Diego", "Elena", "Fernando", "Gloria", "Hugo", "Inés", "Javier",
            "Lucía", "Marcos", "Nuria", "Óscar", "Pilar", "Ramón", "Sofía", "Tomás",
        ],
        family: &[
            "Aguilar", "Blanco", "Cortés", "Delgado", "Esteban", "Fuentes", "Gallego", "Herrera", "Iglesias",
            "Lozano", "Molina", "Navarro", "Ortega", "Pascual", "Rubio", "Serrano",
        ],
        cities: &[
            "Altamira",
            "Buenavista",
            "Campoverde",
            "Fuenteclara",
            "Montealto",
            "Riofrío",
            "Valdeoro",
            "Villanueva",
        ],
        streets: &["Calle Mayor", "Avenida del Sol", "Calle Nueva", "Plaza Real", "Calle del Río"],
        family_first: false,
    };

    const FRENCH: &'static Self = &Self {
        given: &[
            "Alice", "Benoît", "Chloé", "Denis", "Élise", "Fabien", "Gaëlle", "Hugo", "Inès", "Julien",
            "Léa", "Mathieu", "Nadine", "Olivier", "Pauline", "Rémi", "Sylvie", "Thomas",
        ],
        family: &[
            "Arnaud",
            "Blanchard",
            "Chevalier",
            "Dumont",
            "Fontaine",
            "Garnier",
            "Hubert",
            "Jacquet",
            "Lambert",
            "Marchand",
            "Noël",
            "Perrin",
            "Renard",
            "Simon",
            "Tessier",
            "Vidal",
        ],
        cities: &[
            "Beaumont",
            "Clairval",
            "Fontbelle",
            "Montclair",
            "Rochefleur",
            "Saint-Aubin",
            "Valmont",
            "Villeneuve",
        ],
        streets: &[
            "rue de la Paix",
            "avenue des Tilleuls",
            "rue du Moulin",
            "place de la Mairie",
            "chemin Vert",
        ],
        family_first: false,
    };

    const ITALIAN: &'static Self = &Self {
        given: &[
            "Alessia", "Bruno", "Chiara", "Davide", "Elisa", "Fabio", "Giulia", "Luca", "Marta", "Nicola",
            "Paola", "Riccardo", "Silvia", "Tommaso",
        ],
        family: &[
            "Amato",
            "Barbieri",
            "Conti",
            "Ferrara",
            "Galli",
            "Leone",
            "Marino",
            "Neri",
            "Orlando",
            "Pellegrini",
            "Rinaldi",
            "Sanna",
            "Testa",
            "Villa",
        ],
        cities: &[
            "Borgoverde",
            "Castelnuovo",
            "Fiorenzano",
            "Montechiaro",
            "Pietralba",
            "Sanbuono",
            "Villafranca",
        ],
        streets: &["Via Roma", "Via Garibaldi", "Corso Italia", "Piazza del Popolo", "Via dei Mille"],
        family_first: false,
    };

    const CHINESE: &'static Self = &Self {
        given: &[
            "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "超",
            "秀英", "志强", "晓东", "丽华",
        ],
        family: &[
            "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
            "何", "郭", "马", "罗",
        ],
        cities: &["云溪", "青岚", "临河", "安远", "永平", "新湖", "白石", "东林"],
        streets: &["人民路", "解放路", "中山路", "建设路", "文化路", "和平路"],
        family_first: true,
    };

    /// The language of a tag (`de`, `de-AT`, `zh_CN`), or of a value written in Han.
    pub(super) fn of(tag: &str, value: &str) -> &'static Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        match language {
            "de" => Self::GERMAN,
            "es" => Self::SPANISH,
            "fr" => Self::FRENCH,
            "it" => Self::ITALIAN,
            "zh" => Self::CHINESE,
            _ if value.chars().any(|c| matches!(u32::from(c), 0x3400..=0x9fff)) => Self::CHINESE,
            _ => Self::ENGLISH,
        }
    }

    pub(super) fn person(&self, dice: &mut Dice) -> String {
        let (given, family) = (dice.pick(self.given), dice.pick(self.family));
        if self.family_first { format!("{family}{given}") } else { format!("{given} {family}") }
    }
}

/// Organisations that are not.
pub(super) const FIRMS: &[&str] = &[
    "Brightfield",
    "Corvane",
    "Delmora",
    "Evergate",
    "Fennimore",
    "Halvorn",
    "Kestrel Bay",
    "Lumora",
    "Norvale",
    "Pinecrest",
    "Quillon",
    "Stonebrook",
];
/// What they call themselves.
pub(super) const FORMS: &[&str] =
    &["Group", "Holdings", "Industries", "Labs", "Partners", "Systems", "Works"];
/// Nationalities and the like.
pub(super) const GROUPS: &[&str] =
    &["Andorran", "Bhutanese", "Fijian", "Icelandic", "Maltese", "Samoan", "Tongan"];
