import type { Random } from './random';

/** How mail in one language looks. */
export interface Language {
  readonly code: string;
  readonly words: readonly string[];
  /** What stands between words; nothing in Chinese and Japanese. */
  readonly space: string;
  readonly fullStop: string;
  readonly greeting: string;
  readonly closing: string;
  /** The prefix that mail programs of this country put on replies. */
  readonly reply: string;
  /** Minutes east of UTC. */
  readonly timeZone: number;
  /** A charset from before UTF-8 that is still met. */
  readonly legacyCharset: string;
  readonly rightToLeft?: true;
}

const split = (words: string): string[] => [...new Set(words.split(' '))];

const english: Language = {
  code: 'en',
  words: split(
    'the release is ready for review please look at the branch before friday we merged most of it yesterday and the build ' +
      'passes on every platform the customer asked about the invoice and a draft of the contract is attached could you check ' +
      'numbers in the second table meeting moved to three with a shorter agenda thanks for the patch it applies cleanly but ' +
      'one test fails under load i would rather keep the old interface and add a flag naïve café schedule budget deadline',
  ),
  space: ' ',
  fullStop: '.',
  greeting: 'Hi all,',
  closing: 'Thanks,',
  reply: 'Re',
  timeZone: -240,
  legacyCharset: 'windows-1252',
};

const german: Language = {
  code: 'de',
  words: split(
    'die Änderung läuft seit gestern auf dem Prüfstand und wir möchten sie bis Freitag übernehmen bitte schau über den Entwurf ' +
      'für März die Rechnung fehlt noch größere Fragen klären wir im Gespräch Vielen Dank für die schnelle Rückmeldung ' +
      'Straße Gebühr Termin Vertrag Übersicht Sitzung Protokoll Lösung',
  ),
  space: ' ',
  fullStop: '.',
  greeting: 'Hallo zusammen,',
  closing: 'Viele Grüße',
  reply: 'AW',
  timeZone: 120,
  legacyCharset: 'iso-8859-1',
};

const french: Language = {
  code: 'fr',
  words: split(
    'la réunion est déplacée à jeudi et le compte rendu sera envoyé après la pause merci de relire le dépôt avant la livraison ' +
      'il reste une question sur le schéma du modèle où les données sont gardées façon français cœur élève première équipe',
  ),
  space: ' ',
  fullStop: '.',
  greeting: 'Bonjour,',
  closing: 'À bientôt,',
  reply: 'RE',
  timeZone: 120,
  legacyCharset: 'iso-8859-15',
};

const spanish: Language = {
  code: 'es',
  words: split(
    'el próximo viernes tenemos la revisión del diseño y mañana enviaré los números del año pasado ¿puedes mirar la sección ' +
      'sobre el envío? gracias por la ayuda niño señal código función también está aquí',
  ),
  space: ' ',
  fullStop: '.',
  greeting: 'Hola:',
  closing: 'Un saludo,',
  reply: 'RE',
  timeZone: 60,
  legacyCharset: 'iso-8859-1',
};

const russian: Language = {
  code: 'ru',
  words: split(
    'завтра мы выпускаем новую версию и просим всех проверить изменения до обеда отчёт во вложении сроки прежние вопросы ' +
      'обсудим на встрече спасибо за помощь договор счёт задача ошибка сервер заметка',
  ),
  space: ' ',
  fullStop: '.',
  greeting: 'Добрый день!',
  closing: 'С уважением,',
  reply: 'Re',
  timeZone: 180,
  legacyCharset: 'koi8-r',
};

const japanese: Language = {
  code: 'ja',
  words: split(
    '来週の 会議の 資料を 添付します ご確認 ください 変更点は 三つ あります 納期は 月末まで です 請求書を 送りました 東京の サーバーを ' +
      '更新しました 問題が あれば 連絡して ください よろしく お願いします',
  ),
  space: '',
  fullStop: '。',
  greeting: 'お疲れ様です。',
  closing: 'よろしくお願いいたします。',
  reply: 'Re',
  timeZone: 540,
  legacyCharset: 'iso-2022-jp',
};

const chinese: Language = {
  code: 'zh',
  words: split(
    '请查看 附件中的 报告 明天 下午 开会 新版本 已经 发布 测试 全部 通过 客户 询问 合同 日期 谢谢 大家 的 帮助 服务器 需要 更新',
  ),
  space: '',
  fullStop: '。',
  greeting: '大家好：',
  closing: '此致',
  reply: '回复',
  timeZone: 480,
  legacyCharset: 'utf-8',
};

const arabic: Language = {
  code: 'ar',
  words: split(
    'اجتماع الغد في الساعة الثالثة والتقرير مرفق مع الرسالة نرجو المراجعة قبل نهاية الأسبوع شكرا على المساعدة العقد الفاتورة المشروع',
  ),
  space: ' ',
  fullStop: '.',
  greeting: 'مرحبا،',
  closing: 'مع التحية',
  reply: 'Re',
  timeZone: 180,
  legacyCharset: 'windows-1256',
  rightToLeft: true,
};

/** Weighted by repetition: about six of ten conversations are English. */
const languages = [
  ...Array<Language>(12).fill(english),
  ...[german, german, french, spanish, russian, japanese, chinese, arabic],
];

export const pickLanguage = (random: Random): Language => random.pick(languages);

/** Words up to about this many characters, without a full stop. */
export function phrase(random: Random, language: Language, length: number): string {
  let text = random.pick(language.words);
  while (text.length < length) text += language.space + random.pick(language.words);
  return text;
}

/** Lines of about 70 characters, as mail programs wrap them; Chinese and Japanese at half, being twice as wide. */
export function paragraph(random: Random, language: Language, lines: number): string[] {
  const width = language.space === '' ? 32 : 64;
  const text = Array.from({ length: lines }, () => phrase(random, language, width));
  return text.map((line, index) => (index === lines - 1 ? line + language.fullStop : line));
}
