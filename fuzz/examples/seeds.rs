//! Writes the made-up examples of the readers, and a few hostile names, to the folder given.

use plimsoll_fuzz::{READERS, WHOLE};
use std::path::Path;

const NAMES: [&str; 24] = [
    "MADEUP, Ann Mary\nAnn M. Madeup",
    "Zontik Works LLC\nООО «Завод Зонтик»",
    "Limeted Liability Compan y Zontik\nZontik Limited Liability Company",
    "عبد اللطيف الزنتيق\nAbd al-Latif al-Zontiq",
    "深圳市造伞科技有限公司\nShenzhen Zaosan Technology Co., Ltd.",
    "アンブレラ株式会社\nUmbrella K.K.",
    "엄브렐라 주식회사\nUmbrella Corporation",
    "Ομπρέλα Α.Ε.\nOmprela SA",
    "שמעון בן־דוד\nShimon Ben David",
    "ბესო ქოლგაშვილი\nBeso Kolgashvili",
    "Զոնտիկ ՍՊԸ\nZontik LLC",
    "छाता प्राइवेट लिमिटेड\nChhata Private Limited",
    "บริษัท ร่ม จำกัด\nRom Company Limited",
    "Zоntik Wоrks\nZontik Works",
    "KrayInvestBank\nKray Invest Bank",
    "Zo\u{200b}nt\u{301}ik \u{202e}skroW\nZontik Works",
    "☂️ & 👨‍👩‍👧 Co\nAnd Co",
    "Plant No. 17 named after Exa\nZavod 17",
    "Factory XVII\nFactory 17",
    "٠١٢٣ ۴۵۶\n0123 456",
    "Straße Ærø Łódź İIıi\nstrasse aero lodz",
    "IMO 9074729\nUS0378331005",
    "7707083893\n914403001922038216",
    "----\n",
];

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "fuzz/seeds".to_owned());
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), bytes)
    };
    for (target, source) in READERS {
        let (name, text) = source.example();
        write(target, name, text.as_bytes())?;
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        write(target, "utf-16", &[b"\xff\xfe", &wide[..]].concat())?;
    }
    for format in plimsoll_ingest::formats::ALL {
        for target in ["statistics_rows", "statistics_file"] {
            write(target, format.id(), format.example().as_bytes())?;
        }
    }
    for (number, format) in plimsoll_ingest::evidence::ALL.iter().enumerate() {
        let (name, text) = format.example();
        write("evidence", name, &[&[number as u8], text.as_bytes()].concat())?;
        write("guessed", name, text.as_bytes())?;
    }
    for format in plimsoll_ingest::formats::ALL {
        write("guessed", format.id(), format.example().as_bytes())?;
    }
    for (number, text) in NAMES.iter().enumerate() {
        write("names", &format!("{number:02}"), text.as_bytes())?;
    }
    write("snapshot", "whole", &[&[0], &WHOLE[..]].concat())?;
    write("snapshot", "damaged", b"\x02\x10\x02\xff\x04\x01\x30\x00\x02Zontik Works 7707083893")
}
