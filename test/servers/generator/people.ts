import { users } from '../users';
import type { Random } from './random';

export interface Person {
  readonly name: string;
  readonly email: string;
}

export const alice: Person = { name: 'Alice Adams', email: users.alice.email };

const named: readonly Person[] = [
  { name: 'Bob Brown', email: users.bob.email },
  { name: 'Carol Clark', email: users.carol.email },
  { name: 'José Álvarez', email: 'jose.alvarez@correo.example' },
  { name: 'Müller, Jürgen', email: 'j.mueller@firma.example' },
  { name: '山田 太郎', email: 'taro@nihon.example' },
  { name: 'Анна Иванова', email: 'anna@pochta.example' },
  { name: "O'Neil, Pat", email: 'pat@oneil.example' },
  { name: 'Zoë Quinn 🚀', email: 'zoe@quinn.example' },
  { name: 'نور الهدى', email: 'nour@barid.example' },
  { name: '', email: 'no-name@plain.example' },
];

const firstNames = ['Ada', 'Ben', 'Chloé', 'Dmitri', 'Elif', 'Farid', 'Grace', 'Hiro', 'Inés', 'Jonas', 'Kim', 'Lena'];
const lastNames = ['Abe', 'Berg', 'Costa', 'Diaz', 'Eriksen', 'Fischer', 'García', 'Haas', 'Ito', 'Jansen', 'Kowalski'];

/** One of some two hundred correspondents; the named ones write a good part of the mail. */
export function pickPerson(random: Random): Person {
  if (random.chance(0.4)) return random.pick(named);
  const [first, last] = [random.integer(0, firstNames.length - 1), random.integer(0, lastNames.length - 1)];
  const name = `${firstNames[first] ?? ''} ${lastNames[last] ?? ''}`;
  return { name, email: `p${first * lastNames.length + last}@host${last}.example` };
}

/** A mailing list or a machine that writes on its own. */
export interface Sender extends Person {
  readonly listId: string;
}

export const discussionLists: readonly Sender[] = [
  { name: 'Developers', email: 'dev@lists.example', listId: 'dev.lists.example' },
  { name: 'Users', email: 'users@lists.example', listId: 'users.lists.example' },
  { name: 'Random & Chat', email: 'random@lists.example', listId: 'random.lists.example' },
];

export const newsletters: readonly Sender[] = [
  { name: 'Shop Newsletter', email: 'news@shop.example', listId: 'news.shop.example' },
  { name: 'Weekly Digest ✨', email: 'digest@weekly.example', listId: 'digest.weekly.example' },
  { name: 'Café Zürich', email: 'post@cafe.example', listId: 'post.cafe.example' },
];

export const machines: readonly Sender[] = [
  { name: 'CI Bot', email: 'ci@builds.example', listId: 'project.builds.example' },
  { name: 'Deploy', email: 'noreply@deploy.example', listId: 'noreply.deploy.example' },
  { name: 'Code Forge', email: 'notifications@forge.example', listId: 'mailpane.forge.example' },
];
