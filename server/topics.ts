/** What changed, told to whoever listens within this process: live streams and the map. */
export interface Topics {
  /** A listing, or a booking of it, changed on the ledger: its id. */
  listing: string;
  /** What an agent says of a connector came in: its listing's id. */
  connector: string;
  /** A booking changed on the ledger: its id. */
  booking: string;
  /** A reading came in: its booking's id. */
  reading: string;
  /** A visit moved on: its booking's id. */
  visit: string;
  /** A booking's driver is told something: the booking's id. */
  notices: string;
  /** The exact place came for a booking's driver: the booking's id. */
  handover: string;
}

type Listener = (id: string) => void;

export interface TopicBus {
  publish(topic: keyof Topics, id: string): void;
  /** Returns the function that ends the subscription. */
  subscribe(topic: keyof Topics, listener: Listener): () => void;
}

/** A bus within one process. Listeners are called in turn; one that throws is its own bug. */
export function createTopics(): TopicBus {
  const listeners = new Map<keyof Topics, Set<Listener>>();
  const of = (topic: keyof Topics): Set<Listener> => {
    const known = listeners.get(topic) ?? new Set();
    listeners.set(topic, known);
    return known;
  };
  return {
    publish(topic, id) {
      for (const listener of [...of(topic)]) listener(id);
    },
    subscribe(topic, listener) {
      of(topic).add(listener);
      return () => of(topic).delete(listener);
    },
  };
}
