// The raw material of sample organisations: made-up people, made-up places. Accents, apostrophes, hyphens and
// scripts other than Latin are here on purpose; they are what breaks filters and comparisons.

/** [name as people write it, the same in the letters that an Entra user principal name allows] */
type Spelled = readonly [name: string, plain: string];

export const GIVEN_NAMES: readonly Spelled[] = [
  ['Änne', 'aenne'],
  ['Bjørk', 'bjork'],
  ['Chidinma', 'chidinma'],
  ['Dragoş', 'dragos'],
  ['Eilís', 'eilis'],
  ['Fatoumata', 'fatoumata'],
  ['Gülşen', 'guelsen'],
  ['Hải', 'hai'],
  ['Ilse-Marie', 'ilse-marie'],
  ['Jürgen', 'juergen'],
  ['Kwabena', 'kwabena'],
  ['Łucja', 'lucja'],
  ['Māra', 'mara'],
  ['Niamh', 'niamh'],
  ['Ólafur', 'olafur'],
  ['Priyanka', 'priyanka'],
  ['Quim', 'quim'],
  ['Růžena', 'ruzena'],
  ['Sœren', 'soeren'],
  ['Tendai', 'tendai'],
  ['Ümit', 'uemit'],
  ['Vasiliki', 'vasiliki'],
  ['Wanjiru', 'wanjiru'],
  ['Ximena', 'ximena'],
  ['Yiğit', 'yigit'],
  ['Zoë', 'zoe'],
  ['Ewa', 'ewa'],
  ['Tomasz', 'tomasz'],
  ['Aiko', 'aiko'],
  ['Léonie', 'leonie'],
  ['D’Angelo', "d'angelo"],
  ['Marisol', 'marisol'],
  ['Henrike', 'henrike'],
  ['Oluwaseun', 'oluwaseun'],
  ['さくら', 'sakura'],
  ['Дарина', 'daryna'],
  ['محمود', 'mahmoud'],
  ['Ruairí', 'ruairi'],
  ['Inês', 'ines'],
  ['Þóra', 'thora'],
];

export const SURNAMES: readonly Spelled[] = [
  ["O'Hanrahan", "o'hanrahan"],
  ["D'Ambrosecchia", "d'ambrosecchia"],
  ['Müllerschön', 'muellerschoen'],
  ['Grünwaldt', 'gruenwaldt'],
  ['Åkerblomqvist', 'akerblomqvist'],
  ['Øvregaard', 'ovregaard'],
  ['Nguyenhoa', 'nguyenhoa'],
  ['Okonjola', 'okonjola'],
  ['Wiśniowiec', 'wisniowiec'],
  ['Straßenreuther', 'strassenreuther'],
  ['van der Heuvelink', 'vanderheuvelink'],
  ['de la Torremar', 'delatorremar'],
  ['Petrovskaja', 'petrovskaja'],
  ['Çelikkanat', 'celikkanat'],
  ['Yıldızeli', 'yildizeli'],
  ['Kobayamato', 'kobayamato'],
  ['Ferreirinho', 'ferreirinho'],
  ['Papadimos', 'papadimos'],
  ['Szczepkowicz', 'szczepkowicz'],
  ['Brâncovan', 'brancovan'],
  ['Lindenthaler-Weiß', 'lindenthaler-weiss'],
  ['Mbekwane', 'mbekwane'],
  ['Achterbosch', 'achterbosch'],
  ['Sigurvinsdóttir', 'sigurvinsdottir'],
  ['Krčmářová', 'krcmarova'],
  ['Nakashibetsu', 'nakashibetsu'],
  ['Rautavaarala', 'rautavaarala'],
  ['Tamminsaari', 'tamminsaari'],
  ['Delacroisette', 'delacroisette'],
  ['Fitzmorrow', 'fitzmorrow'],
  ['Abdelkarimi', 'abdelkarimi'],
  ['Vâlceanu', 'valceanu'],
  ['Chaudhurani', 'chaudhurani'],
  ["M'Bayeville", "m'bayeville"],
  ['Ibáñezcoa', 'ibanezcoa'],
  ['Zorićević', 'zoricevic'],
  ['Hallgrímur', 'hallgrimur'],
  ['Tupuola', 'tupuola'],
  ['Greyfenwick', 'greyfenwick'],
  ['Ostrowander', 'ostrowander'],
];

export const DEPARTMENTS: readonly string[] = [
  'Engineering',
  'Platform',
  'Research & Development',
  'Vertrieb Süd',
  'Finance',
  'People',
  'Legal',
  'Customer Care',
  'Opérations',
  'Security',
  'Marketing',
  'Facilities',
];

export const JOB_TITLES: readonly string[] = [
  'Software Engineer',
  'Senior Engineer',
  'Team Lead',
  'Analyst',
  'Sachbearbeiter/in',
  'Controller',
  'Recruiter',
  'Chargée de clientèle',
  'Technician',
  'Consultant',
  'Designer',
  'Counsel',
];

export interface Office {
  readonly name: string;
  readonly streets: readonly string[];
  readonly city: string;
  readonly state?: string;
  readonly postalCode: string;
  readonly country: string;
  readonly language: string;
  readonly dialling: string;
}

export const OFFICES: readonly Office[] = [
  {
    name: 'Köln 2. OG',
    streets: ['Kranhausgasse', 'Am Römerwall'],
    city: 'Köln',
    state: 'NRW',
    postalCode: '50667',
    country: 'DE',
    language: 'de-DE',
    dialling: '+49 (0)221 555',
  },
  {
    name: 'Göteborg',
    streets: ['Sjöbodsgatan', 'Ängsvägen'],
    city: 'Göteborg',
    postalCode: '411 03',
    country: 'SE',
    language: 'sv-SE',
    dialling: '+46 (0)31-555',
  },
  {
    name: 'Cork, North Wing',
    streets: ["St. Declan's Quay", 'Mill Row'],
    city: 'Cork',
    postalCode: 'T12 X9Y8',
    country: 'IE',
    language: 'en-IE',
    dialling: '+353 21 555',
  },
  {
    name: 'São Paulo',
    streets: ['Rua das Acácias', 'Avenida Ipê'],
    city: 'São Paulo',
    state: 'SP',
    postalCode: '01310-100',
    country: 'BR',
    language: 'pt-BR',
    dialling: '+55 11 5555',
  },
  {
    name: '大阪',
    streets: ['中之島', '堂島'],
    city: '大阪市',
    postalCode: '530-0005',
    country: 'JP',
    language: 'ja-JP',
    dialling: '+81 6-5555',
  },
  {
    name: 'Kraków',
    streets: ['ulica Źródlana', 'Stary Młyn'],
    city: 'Kraków',
    postalCode: '31-001',
    country: 'PL',
    language: 'pl-PL',
    dialling: '+48 12 555',
  },
];

export const GROUP_SUBJECTS: readonly string[] = [
  'Engineering',
  'Plattform',
  'R&D',
  'Büro Köln',
  'Finance',
  'People',
  'Legal',
  'Customer Care',
  'Opérations',
  'On-call',
  "Founders' Circle",
  'Größenwahn e.V.',
  '開発',
  'Release + QA',
  'Data/Analytics',
];

export const GROUP_KINDS: readonly string[] = [
  '',
  ' Leads',
  ' Readers',
  ' (EMEA)',
  ' Contractors',
  ' Admins',
];

export const GUEST_DOMAINS: readonly string[] = ['partnerwerk.example', 'quay-and-sons.example'];
