import type { Person } from './letter';

/* Nobody here exists, and none of these domains can (RFC 2606). */

export const me: Person = { name: 'Robin Falk', email: 'demo@example.test' };

/** Colleagues at Teapot Works, makers of teapotd, the web server that knows what it is. */
export const ines: Person = { name: 'Ines Aldaya', email: 'ines@teapot.example' };
export const tomek: Person = { name: 'Tomek Wrzos', email: 'tomek@teapot.example' };
export const priya: Person = { name: 'Priya Nallathambi', email: 'priya@teapot.example' };
export const odd: Person = { name: 'Odd Fjellvang', email: 'odd@teapot.example' };
export const mwangi: Person = { name: 'Mwangi Karuthi', email: 'mwangi@teapot.example' };
export const yuki: Person = { name: '神楽 ゆき', email: 'yuki@kettle.example' };
export const team: Person = { name: 'Teapot team', email: 'team@teapot.example' };

/** People of the mailing list. */
export const devel: Person = { name: 'teapot-devel', email: 'teapot-devel@lists.teapot.example' };
export const announce: Person = { name: 'teapot-announce', email: 'teapot-announce@lists.teapot.example' };
export const hedda: Person = { name: 'Hedda Brunvoll', email: 'hedda@fjord.example' };
export const casimir: Person = { name: 'Casimir Otieno-Blum', email: 'casimir@blum.example' };
export const lupe: Person = { name: 'Lupe Zabaleta', email: 'lupe@zabaleta.example' };
export const wren: Person = { name: 'Wren Ashdown', email: 'wren@ashdown.example' };
export const bartolo: Person = { name: 'Bartolo Vane', email: 'bv@vane.example' };

/** Family and friends. */
export const mother: Person = { name: 'Mum', email: 'marit.falk@home.example' };
export const sam: Person = { name: 'Sam Okwuosa', email: 'sam@climbing.example' };
export const jonas: Person = { name: 'Jonas Wetterstrøm', email: 'jonas@choir.example' };

/** Machines. */
export const ci: Person = { name: 'Kettle CI', email: 'builds@ci.example' };
export const forge: Person = { name: 'Forge', email: 'notifications@forge.example' };
export const pager: Person = { name: 'On-call Owl', email: 'owl@pager.example' };
export const biscuit: Person = { name: 'The Biscuit', email: 'hello@biscuit-weekly.example' };
export const hosting: Person = { name: 'Cumulus Hosting', email: 'billing@cumulus.example' };
