import type { Random } from "./random";

/** Where a person's name, language and US Core race and ethnicity come from; shares add up to 1. */
export interface Heritage {
  share: number;
  /** OMB race code and display. */
  race: [code: string, display: string];
  hispanic: boolean;
  language: [code: string, display: string];
  /** Chance that the language above is the preferred one (else English). */
  speaks: number;
  families: readonly string[];
  female: readonly string[];
  male: readonly string[];
  /** Family name first, no space between (Chinese, Korean). */
  familyFirst?: boolean;
  /** Feminine form of the family name (Slavic). */
  feminine?: (family: string) => string;
}

const white: [string, string] = ["2106-3", "White"];
const black: [string, string] = ["2054-5", "Black or African American"];
const asian: [string, string] = ["2028-9", "Asian"];
const native: [string, string] = ["1002-5", "American Indian or Alaska Native"];
const english: [string, string] = ["en-US", "English"];
const w = (text: string) => text.split(" ");

export const heritages: readonly Heritage[] = [
  {
    share: 0.42,
    race: white,
    hispanic: false,
    language: english,
    speaks: 1,
    families: w(
      "Adams Baker Barrett Brennan Callahan Carter Chase Collins Connolly Cooper Doyle Emerson Fletcher Foley Gallagher Hale Harrington Hayes Holden Keane Lawson Lowell Mahoney Mercer Murphy Norton Palmer Pierce Prescott Quinn Reardon Sawyer Sheehan Sinclair Sullivan Thayer Turner Walsh Whitman Winslow",
    ),
    female: w(
      "Abigail Alice Amelia Anna Beatrice Caroline Charlotte Claire Eleanor Emily Fiona Grace Hannah Helen Irene Julia Katherine Laura Lucy Margaret Martha Nora Olivia Paula Rose Ruth Sarah Susan Teresa Violet",
    ),
    male: w(
      "Aaron Adam Andrew Arthur Benjamin Brian Charles Daniel David Edward Eric Francis George Henry Ian Jack James John Kevin Liam Mark Nathan Owen Patrick Paul Robert Samuel Stephen Thomas William",
    ),
  },
  {
    share: 0.09,
    race: white,
    hispanic: false,
    language: english,
    speaks: 1,
    families: w(
      "Böhm Çelik Dąbrowski Fjeldså Grünwald Håkansson Jørgensen Kovačević Łukaszewicz Lefèvre Müller Nagyházi Ødegaard Pâquet Šimić Sørensen Strömberg Świątek Weiß Žižka",
    ),
    female: w(
      "Agnès Åsa Chloé Elżbieta Françoise Gönül Hélène Jadwiga Małgorzata Zoë Renée Solveig",
    ),
    male: w("André Björn Étienne François Günther Jérôme Łukasz Noël Søren Stanisław Tomáš Zoltán"),
  },
  {
    share: 0.13,
    race: white,
    hispanic: true,
    language: ["es", "Spanish"],
    speaks: 0.5,
    families: w(
      "Acuña Álvarez Báez Castañeda Domínguez Echeverría Fernández García Gómez Hernández Ibáñez Jiménez López Martínez Muñoz Núñez Ordóñez Peña Quiñones Ramírez Rodríguez Sánchez Téllez Vásquez Zúñiga",
    ),
    female: w(
      "Alejandra Ángela Belén Carmen Concepción Inés Itzel Lucía María Mónica Noemí Rocío Sofía Verónica Ximena",
    ),
    male: w(
      "Adrián Álvaro Andrés Damián Emilio Germán Iván Jesús Joaquín José Martín Óscar Ramón Raúl Tomás",
    ),
  },
  {
    share: 0.11,
    race: black,
    hispanic: false,
    language: english,
    speaks: 1,
    families: w(
      "Achebe Banks Bryant Coleman Diallo Dixon Freeman Gaines Hampton Jean-Baptiste Jefferson Mensah Okafor Okonkwo Pierre-Louis Reid Simmons Toussaint Washington Wells",
    ),
    female: w(
      "Aaliyah Adaeze Brianna Denise Ebony Imani Jasmine Keisha Lorraine Monique Naomi Odette Simone Tiana",
    ),
    male: w(
      "Andre Curtis Darnell Emeka Isaiah Jamal Jerome Kwame Marcus Malik Reginald Terrence Tyrone Xavier",
    ),
  },
  {
    share: 0.07,
    race: asian,
    hispanic: false,
    language: ["zh", "Chinese"],
    speaks: 0.6,
    families: w("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 林 郭 何 高 罗 欧阳 司马"),
    female: w("秀英 敏 静 丽 艳 芳 娜 婷 雪梅 美玲 晓燕 欣怡 梓涵 雨桐 淑兰"),
    male: w("伟 强 磊 军 洋 勇 杰 涛 明 超 建国 志强 浩然 子轩 宇航"),
    familyFirst: true,
  },
  {
    share: 0.03,
    race: asian,
    hispanic: false,
    language: ["ko", "Korean"],
    speaks: 0.6,
    families: w("김 이 박 최 정 강 조 윤 장 임 한 오 서 신"),
    female: w("지우 서연 민서 하은 수빈 영희 미경 은정 혜진 순자"),
    male: w("민준 서준 도윤 예준 지훈 성호 영수 동현 재욱 철수"),
    familyFirst: true,
  },
  {
    share: 0.04,
    race: asian,
    hispanic: false,
    language: ["hi", "Hindi"],
    speaks: 0.5,
    families: w("शर्मा वर्मा गुप्ता सिंह पटेल कुमार मिश्रा जोशी चौधरी अग्रवाल मेहता रेड्डी"),
    female: w("अनन्या प्रिया दीपिका सुनीता कविता लक्ष्मी मीरा नेहा पूजा राधा"),
    male: w("अर्जुन राहुल अमित विक्रम संजय राजेश मोहन करण रोहित सूर्य"),
  },
  {
    share: 0.03,
    race: asian,
    hispanic: false,
    language: ["vi", "Vietnamese"],
    speaks: 0.6,
    families: w("Nguyễn Trần Lê Phạm Hoàng Huỳnh Vũ Võ Đặng Bùi Đỗ Hồ"),
    female: w("Ánh Bích Diễm Hạnh Hương Lan Ngọc Nhung Thảo Thủy Tuyết Yến"),
    male: w("Bảo Cường Đức Dũng Hải Hùng Khánh Long Phúc Quang Sơn Tuấn"),
  },
  {
    share: 0.03,
    race: white,
    hispanic: false,
    language: ["ar", "Arabic"],
    speaks: 0.6,
    families: w("الخطيب حداد منصور العلي حسن إبراهيم نصار الشامي صالح عبدالله"),
    female: w("فاطمة مريم عائشة ليلى زينب نور سلمى هدى ياسمين رانيا"),
    male: w("محمد أحمد علي حسين يوسف خالد عمر سامي كريم طارق"),
  },
  {
    share: 0.04,
    race: white,
    hispanic: false,
    language: ["ru", "Russian"],
    speaks: 0.6,
    families: w(
      "Иванов Смирнов Кузнецов Попов Соколов Лебедев Морозов Волков Алексеев Семёнов Ковальчук Шевченко",
    ),
    female: w("Анна Екатерина Мария Ольга Татьяна Наталья Елена Ирина Светлана Людмила"),
    male: w("Александр Дмитрий Сергей Андрей Алексей Николай Михаил Пётр Владимир Фёдор"),
    feminine: (family) => (/[вн]$/.test(family) ? `${family}а` : family),
  },
  {
    share: 0.01,
    race: native,
    hispanic: false,
    language: english,
    speaks: 1,
    families: w("Begay Blackhorse Littlefield Nakai Redcloud Tsosie Whitefeather Yazzie"),
    female: w("Aiyana Dawn Kaya Nizhoni Sunny Winona"),
    male: w("Chayton Dakota Hok'ee Joseph Koda Nodin"),
  },
];

/** The heritage that falls on this number in [0, 1). */
export function heritageAt(number: number): Heritage {
  let left = number;
  for (const heritage of heritages) {
    left -= heritage.share;
    if (left < 0) return heritage;
  }
  return heritages[0] as Heritage;
}

/** A person's name; `text` is written in the order of its language. */
export interface PersonName {
  family: string;
  given: string[];
  text: string;
}

/** A name of this heritage. About every third person of a Western heritage has a middle name. */
export function nameOf(heritage: Heritage, female: boolean, random: Random): PersonName {
  const pool = female ? heritage.female : heritage.male;
  const base = random.pick(heritage.families);
  const family = female && heritage.feminine ? heritage.feminine(base) : base;
  const first = random.pick(pool);
  if (heritage.familyFirst) return { family, given: [first], text: `${family}${first}` };
  const second = random.chance(0.3) ? random.pick(pool) : first;
  const given = second === first ? [first] : [first, second];
  return { family, given, text: `${given.join(" ")} ${family}` };
}
