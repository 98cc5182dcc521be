import { type Formatters, IntlMessageFormat } from 'intl-messageformat';

/** For whom a text is rendered. */
export interface Reader {
  /** BCP 47. Where its language has no catalogue, English is read. */
  locale: string;
  /** IANA name; without it the time zone of this machine. */
  timeZone?: string;
}

export type MessageValues = Record<string, string | number | Date>;

type Catalogue = Readonly<Record<string, string>>;

/** ICU messages by language, then by id. The page's build compiles them, so that it needs no parser of messages. */
const catalogues = new Map<string, Catalogue>();

/** Makes messages of a language known. Programs know all languages (`allCatalogues.ts`), the page only its reader's. */
export function learnMessages(language: string, catalogue: Catalogue): void {
  catalogues.set(language, { ...catalogues.get(language), ...catalogue });
  formats = undefined;
}

/** The language of a reader, else English, else what there is. */
function languageOf({ locale }: Reader): string {
  const own = locale.split('-')[0] ?? '';
  if (catalogues.has(own)) return own;
  const other = catalogues.has('en') ? 'en' : catalogues.keys().next().value;
  if (other === undefined) throw new Error('No catalogue of messages is known: learnMessages comes first.');
  return other;
}

/** Every catalogue has the same messages. */
export const hasMessage = (id: string): boolean =>
  [...catalogues.values()].some((catalogue) => Object.hasOwn(catalogue, id));

/** The formats of one reader. A process renders for few readers, most of the time for one. */
class Formats {
  readonly #reader: Reader;
  readonly #locale: string;
  readonly #catalogue: Catalogue;
  readonly #messages = new Map<string, IntlMessageFormat>();
  readonly #dates = new Map<string, Intl.DateTimeFormat>();
  readonly #formatters: Formatters;

  constructor(reader: Reader) {
    const language = languageOf(reader);
    this.#reader = reader;
    this.#locale = reader.locale.startsWith(language) ? reader.locale : language;
    this.#catalogue = catalogues.get(language) ?? {};
    this.#formatters = {
      getNumberFormat: (...args) => new Intl.NumberFormat(...args),
      getDateTimeFormat: (_locales, options) => this.#dateFormat(options),
      getPluralRules: (...args) => new Intl.PluralRules(...args),
    };
  }

  isFor({ locale, timeZone }: Reader): boolean {
    return this.#reader.locale === locale && this.#reader.timeZone === timeZone;
  }

  of(id: string): IntlMessageFormat {
    const known = this.#messages.get(id);
    if (known !== undefined) return known;
    const message = this.#catalogue[id] ?? id;
    const made = new IntlMessageFormat(message, this.#locale, undefined, { formatters: this.#formatters });
    this.#messages.set(id, made);
    return made;
  }

  #dateFormat(options: Intl.DateTimeFormatOptions = {}): Intl.DateTimeFormat {
    const name = JSON.stringify(options);
    const { timeZone } = this.#reader;
    const made = this.#dates.get(name) ?? new Intl.DateTimeFormat(this.#locale, { ...options, timeZone });
    this.#dates.set(name, made);
    return made;
  }
}

let formats: Formats | undefined;

/** The message of this id in the reader's language and time zone. */
export function renderMessage(id: string, values: MessageValues, reader: Reader): string {
  if (formats?.isFor(reader) !== true) formats = new Formats(reader);
  return String(formats.of(id).format(values));
}
