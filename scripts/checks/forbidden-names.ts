import type { NameKind } from './collect-names.ts';

/** Names that the field does not know, with the words to use for them. */
export interface ForbiddenName {
  /**
   * Words in lower case that a name must not hold; `first trust` means both, one after the other. Words are the
   * parts of camelCase, kebab-case, snake_case and dotted names.
   */
  words: readonly string[];
  /** The words are the whole name: as a part of a longer name they mean something else. */
  isWhole?: true;
  use: string;
  /** Only these kinds of names; all when left out. */
  kinds?: readonly NameKind[];
  /** Only below these paths; everywhere when left out. */
  in?: readonly string[];
  except?: readonly Exception[];
}

/** Names in which the word means something else, or that people already have. */
export interface Exception {
  /** The path, or a folder above it. */
  in: string;
  /** Only these names; all in that path when left out. */
  names?: readonly string[];
  why: string;
}

const DECISION_TITLE = 'the title of a decision is a sentence';
const APPLIED = 'databases hold the name of each migration that was applied';
const ABI = 'a word of the deployed contracts and of what is signed';

export const FORBIDDEN_NAMES: readonly ForbiddenName[] = [
  // Central system and connectors
  { words: ['desk', 'desks'], use: 'central system (agent), dashboard (page)' },
  { words: ['bay', 'bays'], use: 'connector' },
  { words: ['occupant of'], use: 'occupancy' },
  { words: ['crowded'], use: 'connectorBusy' },
  { words: ['neighbour', 'neighbours', 'neighbor', 'neighbors'], use: 'adjacent booking' },
  { words: ['hindered', 'hindrance', 'unhindered'], use: 'blocked, BlockReason, unblocked' },
  {
    words: ['box', 'boxes'],
    use: 'charge point in code, wallbox for people',
    except: [
      {
        in: 'server/map',
        names: ['bounding-box', 'BoundingBox', 'isInBoundingBox', 'findInBox', 'boxAround'],
        why: 'a rectangle on the map',
      },
    ],
  },
  {
    words: ['line', 'lines'],
    isWhole: true,
    use: 'connection',
    in: ['meter-agent', 'scripts/wallbox', 'test/meter-agent', 'test/wallbox'],
  },
  {
    words: ['place', 'places'],
    use: 'location (where people drive to), connectorRef, position (in source code)',
    except: [
      { in: 'contracts', names: ['Place'], why: ABI },
      { in: 'protocol/listing.ts', names: ['PlaceStruct', 'placeHash'], why: ABI },
      { in: 'protocol/handover.ts', names: ['place', 'placeCommitmentOf'], why: ABI },
      { in: 'server/web/listing/draft.ts', names: ['placeOf'], why: ABI },
      { in: 'protocol/api/tiles.ts', names: ['places'], why: 'an answer of version 1 of the API' },
    ],
  },

  // Sessions
  {
    words: ['visit', 'visits'],
    use: 'session',
    except: [{ in: 'scripts/instrument', names: ['Visit'], why: 'a visitor of a syntax tree' }],
  },
  { words: ['wish', 'wishes', 'grant', 'grants', 'granted'], use: 'command, accepted' },
  { words: ['heed', 'heeds', 'heeded', 'ignores limit'], use: 'limit compliance, complies' },
  {
    words: ['readied', 'handed over', 'by card'],
    use: 'startAuthorized, startSecretReceived, startedByRfid',
  },
  {
    words: ['hold', 'holds'],
    isWhole: true,
    use: 'pause, PauseReason',
    in: ['meter-agent', 'protocol', 'server'],
  },
  { words: ['unseen', 'possible wh'], use: 'unmetered, unmeteredWh' },
  { words: ['setback', 'set back'], use: 'clock rollback' },
  { words: ['surroundings'], use: 'external events' },
  {
    words: ['intruder', 'expel', 'expelled', 'stray', 'strays'],
    use: 'unauthorized transaction, orphan stop',
  },
  { words: ['judge', 'judges', 'judged', 'weigh', 'weighs', 'weighed'], use: 'MeterRecordVerifier, verify' },
  { words: ['doubt', 'doubted', 'enrolment'], use: 'flagged, MeterKeyRegistration' },
  { words: ['presence', 'absence'], use: 'no-show evidence' },
  {
    words: ['tier', 'tiers'],
    use: 'assurance level',
    except: [
      { in: 'server/migrations/0006-tiers.ts', why: APPLIED },
      { in: 'protocol/linkVersion1.ts', names: ['tier'], why: 'what agents of 0.1.0 send' },
    ],
  },
  {
    words: ['trust', 'trusts'],
    use: 'finality; unsigned limit, initial unsigned limit',
    except: [
      { in: 'docs/trust.md', why: 'whom to trust for what, as in a threat model' },
      { in: 'server/config.ts', names: ['TRUST_PROXY_HOPS'], why: "Express's word for it" },
      { in: 'meter-agent/journal/session-schema.ts', names: ['firstTrustMax'], why: ABI },
      {
        in: 'server/web/messages',
        names: ['errors.Booking_TrustTooLow.rule', 'errors.Booking_TrustTooLow.remedy'],
        why: ABI,
      },
    ],
  },

  // Ledger and settlement
  { words: ['publish'], isWhole: true, use: 'settlement', kinds: ['folder'] },
  { words: ['stake', 'stakes', 'risk of'], use: 'claim value, deadline risk' },
  {
    words: ['own word', 'own gas'],
    use: 'unilateral claim, direct sender',
    except: [{ in: 'docs/decisions', why: DECISION_TITLE }],
  },
  { words: ['due', 'due call', 'bring'], isWhole: true, use: 'next action, SettlementAction, process' },
  { words: ['serve', 'serving'], use: 'session sync', in: ['meter-agent/ledger', 'meter-agent/connectors'] },
  { words: ['prelude', 'preludes'], use: 'leading event' },
  { words: ['owed'], use: 'payout' },
  {
    words: ['book', 'open'],
    isWhole: true,
    use: 'AccountBook, OpenBookings',
    in: ['audit', 'test/audit'],
  },

  // Notices, forwarding, sign-in
  {
    words: ['tell', 'tells', 'told', 'telling'],
    use: 'notify, notified, notices',
    except: [{ in: 'docs/decisions', why: DECISION_TITLE }],
  },
  {
    words: ['letter', 'letters', 'carrier', 'greeting'],
    use: 'outbox, QueuedMessage, transport, initial state',
  },
  {
    words: ['house', 'houses', 'vouch', 'vouches', 'vouched'],
    use: 'local authorization, isAllowed',
    except: [
      {
        in: 'test/house',
        names: ['house'],
        why: 'tests of the repository itself: commands, checks, documents',
      },
    ],
  },
  { words: ['turnstile', 'gate', 'welcome', 'guests'], use: 'login throttle, handshake, authorize' },

  // The page
  {
    words: ['kept', 'ending', 'exits'],
    use: 'stored, Outcome, exit actions',
    in: ['server/web', 'test/web'],
  },
  { words: ['setting', 'use setting'], isWhole: true, use: 'useMarket', in: ['server/web'] },
  { words: ['for ever', 'plain cost'], use: 'PublicForever, costInWords' },

  // Tests
  { words: ['moody', 'flooding', 'blocking'], use: 'ConfigurableToken, ReturnBombToken, DenylistToken' },
  {
    words: ['bench'],
    use: 'fixture',
    in: ['test'],
    except: [{ in: 'test/bench', why: 'tests of the benchmark' }],
  },
  {
    words: ['play', 'dice', 'faces', 'cast', 'days', 'here'],
    isWhole: true,
    use: 'SessionHarness, rng, actors, timeline, fixture',
  },
  { words: ['story'], isWhole: true, use: 'what it is about', kinds: ['file'] },
];

/** How many files may have the same name before it says too little, and the names of which each room has one. */
export const SAME_NAME_LIMIT = 3;
export const SAME_IN_EACH_ROOM: readonly string[] = ['events', 'main', 'routes', 'store'];
