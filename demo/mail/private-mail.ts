import type { Clock } from './clock';
import { conversation, single, type DemoMessage } from './conversation';
import type { Person } from './letter';
import { jonas, me, mother, sam } from './people';

const greta: Person = { name: 'Greta Sommerlicht', email: 'greta@sommerlicht.example' };
const lesya: Person = { name: 'Леся Травнева', email: 'lesya@traven.example' };
const noor: Person = { name: 'نور الهادي', email: 'noor@hadi.example' };
const kenta: Person = { name: '湯沢 健太', email: 'kenta@yuzawa.example' };
const amelie: Person = { name: 'Amélie Brûlefort', email: 'amelie@brulefort.example' };

/** Family, friends, and the languages that they write in. */
export function privateMail(clock: Clock): DemoMessage[] {
  return [
    ...conversation({
      subject: 'The printer has opinions again',
      start: clock.at(2, '18:21'),
      between: [mother, me],
      turns: [
        {
          from: mother,
          text: `Dear Robin,

the printer says PC LOAD LETTER. I have loaded no letter. What does it want from us?

Love, Mum

PS: Don't say that I should turn it off and on. I did. It came back.`,
        },
        {
          from: me,
          after: 72,
          text: `Hi Mum,

it wants paper, of the size that they use in America, because somebody chose that in the menu. Press
Menu, Paper, A4, OK. And then it'll print everything that you asked of it this week. All of it. Stand back.

Robin`,
        },
        {
          from: mother,
          after: 35,
          unread: true,
          text: `It has printed the recipe for plum cake 14 times. I have given them to the neighbours. Now there
are 14 plum cakes in this street.

When do you come?

Love, Mum`,
        },
      ],
    }),
    ...conversation({
      subject: 'Saturday?',
      start: clock.at(10, '12:40'),
      between: [sam, me],
      mailbox: 'archive',
      turns: [
        { from: sam, text: 'Rocks are dry, knees are fine, car has an MOT. Saturday?' },
        { from: me, after: 22, text: 'Saturday! I bring the rope, you bring the courage.' },
        { from: sam, after: 5, text: 'I can only carry one of us, so bring some of your own.' },
      ],
    }),
    ...conversation({
      subject: 'Choir: the alto question',
      start: clock.at(6, '20:55'),
      between: [jonas, me],
      turns: [
        {
          from: jonas,
          text: `Dear Robin,

two of our altos move to tenor for the winter concert. This leaves you, and Birte, who hums.

Could you stand a little nearer to the microphone?

Jonas`,
        },
        {
          from: me,
          after: 130,
          text: 'I can. May Birte stand nearer to me? She hums in tune, which is more than I can say of tenors.',
        },
        {
          from: jonas,
          after: 44,
          unread: true,
          text: 'Agreed. Rehearsal on Tuesday at half past seven. Bring water and the green folder.',
        },
      ],
    }),
    ...conversation({
      subject: 'Wegbeschreibung zur Hütte',
      start: clock.at(5, '21:12'),
      between: [greta, me],
      turns: [
        {
          from: greta,
          text: `Hallo Robin,

die Hütte liegt über dem Waldmüllerweg, hinter der dritten Brücke. Das Schloss klemmt: Tür anheben,
Schlüssel halb zurück, kräftig drücken, dann ein freundliches Wort. Ohne das Wort geht es nicht.

Für die Heizung gilt das Gegenteil: Bitte nicht ansprechen.

Schöne Grüße
Greta`,
        },
        { from: me, after: 55, text: 'Danke, Greta! Welches Wort?' },
        { from: greta, after: 14, flagged: true, text: '„Straßenbahnhaltestellenhäuschen“. Sie mag lange Wörter.' },
      ],
    }),
    single(
      {
        from: kenta,
        to: [me],
        subject: 'お茶会のご案内(来月第一土曜日)',
        date: clock.at(4, '08:05'),
        text: `Robin様

いつもお世話になっております。湯沢です。

来月の第一土曜日、午後二時より、小さなお茶会を開きます。
急須は十二個、お客様は六人です。計算は合っています。

ご都合はいかがでしょうか。お返事をお待ちしております。

湯沢 健太`,
      },
      { unread: true },
    ),
    single(
      {
        from: lesya,
        to: [me],
        subject: 'Самовар и чайник: кто быстрее?',
        date: clock.at(7, '16:44'),
        text: `Привет, Робин!

Мы провели опыт: самовар против электрического чайника. Чайник закипел через три минуты и выключился.
Самовар закипел через сорок минут, но за это время пришли соседи, появился пирог и помирились две тёти.

Вывод: чайник быстрее, самовар производительнее. График прилагаю на словах: он растёт.

Леся`,
      },
      { mailbox: 'archive' },
    ),
    single(
      {
        from: noor,
        to: [me],
        subject: 'دعوة إلى فنجان شاي ☕ — Tea on Sunday?',
        date: clock.at(1, '11:36'),
        text: `عزيزي روبن،

ندعوك إلى فنجان شاي بالنعناع يوم الأحد في الساعة الخامسة مساءً. العنوان: شارع الياسمين، رقم 18.
إذا وصلت مبكرًا فستساعد في المطبخ، وإذا وصلت متأخرًا فستغسل الأكواب.

(In short: mint tea, Sunday, 17:00, Jasmine Street 18. Early guests cook, late guests wash up.)

مع أطيب التحيات،
نور`,
        html: `<div dir="rtl" lang="ar"><p>عزيزي روبن،</p>
<p>ندعوك إلى فنجان شاي بالنعناع يوم <b>الأحد</b> في الساعة الخامسة مساءً. العنوان: شارع الياسمين، رقم 18.</p>
<p>إذا وصلت مبكرًا فستساعد في المطبخ، وإذا وصلت متأخرًا فستغسل الأكواب.</p></div>
<p dir="ltr" lang="en">(In short: mint tea, Sunday, 17:00, Jasmine Street 18. Early guests cook, late guests wash up.)</p>
<p dir="rtl" lang="ar">مع أطيب التحيات،<br>نور</p>`,
      },
      { unread: true },
    ),
    single(
      {
        from: amelie,
        to: [me],
        subject: 'Ta traduction, et un petit gâteau 🍰',
        date: clock.at(9, '09:58'),
        flowed: true,
        text: `Cher Robin,

j'ai relu ta traduction du guide. Elle est très bonne ; j'ai seulement \nremplacé « je suis excité par ce serveur » par « ce serveur me plaît », \ncar on te regardait bizarrement.

Le gâteau est au frigo de l'association, troisième étagère, derrière le \nlevain qui porte un prénom. Ne nourris pas le levain.

Amélie`,
      },
      { answered: false },
    ),
    single({
      from: me,
      to: [amelie],
      subject: 'Re: Ta traduction, et un petit gâteau 🍰',
      date: clock.at(9, '12:40'),
      text: "Merci mille fois ! Le levain me regarde. Je crois qu'il sait.\n\nRobin",
    }),
    single({
      from: me,
      to: [sam],
      subject: 'Photos of the weekend',
      date: clock.at(9, '20:31'),
      text: 'On the shared disk, folder "knees". The one with the sheep is not staged.\n\nRobin',
    }),
  ];
}
