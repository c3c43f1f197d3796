//! Figures that are no entities, and entities that are written as figures are.

use super::*;

#[test]
fn of_numbers_with_the_sum_of_a_card_those_of_a_scheme_are_cards() {
    for number in [
        "4111111111111111",
        "4222222222222",
        "4000000000000000006",
        "5555555555554444",
        "2223000048400011",
        "378282246310005",
        "30569309025904",
        "36227206271667",
        "3566002020360505",
        "6011000990139424",
        "6205500000000000004",
        "6771798021000008",
        "2200000000000004",
        "135410014004955",
    ] {
        finds("CREDIT_CARD", &format!("it was {number}."), &[number]);
        let labels: Vec<_> = analyze(&spec(&["CREDIT_CARD", "PHONE_NUMBER"]), number);
        assert_eq!(labels, [("CREDIT_CARD".to_owned(), number.to_owned())]);
    }
    for number in [
        "1733547110028",
        "1648609119741837",
        "1621922029502002062",
        "1372280410766137974",
        "104339611170",
        "297320424783",
        "5547001807184",
        "4006381300063",
        "490154203237518",
        "100000000000009",
        "5610591081006",
        "1920 1080 2560 1440",
    ] {
        assert_eq!(check::credit_card(number), Validity::Open, "{number}");
        finds("CREDIT_CARD", &format!("it was {number}."), &[]);
        finds("CREDIT_CARD", &format!("my card is {number}."), &[number]);
    }
    finds("CREDIT_CARD", "my card is 1733547110029", &[]);
}

#[test]
fn a_part_of_a_row_is_no_card() {
    let card = "4111 1111 1111 1111";
    for row in [
        "7021 4111 1111 1111 1111",
        "4111 1111 1111 1111 7021 3344",
        "4111-1111-1111-1111-7021",
        "0.4111111111111111",
    ] {
        finds("CREDIT_CARD", &format!("data {row}\n"), &[]);
    }
    finds("CREDIT_CARD", "card 4111 1111 1111 1111 7021", &[card]);
    for text in ["{} 1227", "{} 12/27", "{} 123", "12 {} 7", "2024: {}", "7021-{}-7021", "7021  {}"] {
        finds("CREDIT_CARD", &text.replace("{}", card), &[card]);
    }
    let both = [card, "5500 0000 0000 0004"];
    finds("CREDIT_CARD", &both.join(" "), &both);
}

#[test]
fn amounts_and_rows_of_figures_are_no_telephones() {
    for text in [
        "Budget: 625 000 000 EUR",
        "612 345 678 CZK, 612.345.678 CZK",
        "Le PIB est de 2 639 000 000 000 €",
        "1 450 000 000 inhabitants",
        "100 200 300 400 500 600 700 800 900",
        "01 02 03 04 05 06 07 08 09 10",
        "38 03 33 37 21 31",
        "64 128 256 512 1024",
        "ids 612 613 614, 700 701 702",
        "matrix 123 456 789 / 987 654 321",
        "16 49 7b 01 42 15 44 67 0c 0a 4e c5 04 83 25 37",
        "0.9531 0.0996 0.3948 0.7134 0.4083",
        "98765 43210 12345",
    ] {
        finds("PHONE_NUMBER", text, &[]);
    }
    for number in [
        "612 34 56 78",
        "612-345-678",
        "06 12 34 56 78",
        "01.42.68.53.00",
        "202 555 0173",
        "020 7946 0958",
        "030 1234567",
    ] {
        for text in ["{}", "May 5 {} 7", "10115 {}", "2024 {}"] {
            let found = analyze(&spec(&["PHONE_NUMBER"]), &text.replace("{}", number));
            assert!(found.iter().any(|(_, value)| value.contains(number)), "{text} {number}");
        }
    }
    finds("PHONE_NUMBER", "on 12 11 91234-5678 7 times", &["11 91234-5678"]);
    for text in ["Mi número es {}", "Llámame al {} mañana", "Teléfono: {}", "Móvil {}", "phone {}"] {
        finds("PHONE_NUMBER", &text.replace("{}", "612 345 678"), &["612 345 678"]);
    }
}
