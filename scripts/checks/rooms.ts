/** A part of the product that one party runs, or that several share; its folder may lie inside another house's. */
export interface House {
  name: string;
  folder: string;
  /** The other houses whose files it may import. */
  mayImport: readonly string[];
  /**
   * Its rooms from the bottom up: folders, or files outside of any listed folder. A file imports from its own room
   * and from lower ones. Rooms that share an entry are on one floor and do not import each other.
   */
  rooms: readonly (string | readonly string[])[];
}

export const HOUSES: readonly House[] = [
  {
    name: 'protocol',
    folder: 'protocol',
    mayImport: [],
    rooms: [
      ['abi.ts', 'errors.ts', 'rfid.ts', 'schemas.ts', 'seal.ts', 'startCode.ts', 'signedTypes.ts'],
      ['words.ts', 'units.ts', 'proof.ts', 'idTag.ts', 'handover.ts'],
      ['terms.ts', 'reading.ts'],
      ['cost.ts', 'slots.ts', 'listing.ts', 'signature.ts'],
      ['booking.ts', 'hours.ts', 'link.ts'],
      ['calls.ts', 'funding.ts', 'api.ts'],
    ],
  },
  {
    name: 'meter-agent',
    folder: 'meter-agent',
    mayImport: ['protocol'],
    rooms: [
      ['node-flags.json', 'launch.mjs', 'lib'],
      'key',
      'config',
      'ocmf',
      'drivers',
      'session',
      'journal',
      'ledger',
      'connectors',
      'central-system',
      'settlement',
      'evidence',
      'link',
      'forwarding',
      'status',
      'agent.ts',
      'cli',
      'main.ts',
    ],
  },
  {
    name: 'server',
    folder: 'server',
    mayImport: ['protocol'],
    rooms: [
      ['config.ts', 'migrations', 'topics.ts'],
      'db.ts',
      'chain',
      'http',
      'services.ts',
      ['accounts', 'booking', 'listing', 'relay'],
      ['charging', 'map', 'settlement'],
      'people',
      'app.ts',
      'serve.ts',
      'main.ts',
    ],
  },
  {
    name: 'page',
    folder: 'server/web',
    mayImport: ['protocol'],
    rooms: [
      'app',
      'accounts',
      'charging',
      'settlement',
      'audit',
      'booking',
      'listing',
      'map',
      ['Shell.tsx', 'vite.config.ts'],
      'main.tsx',
    ],
  },
  {
    name: 'scripts',
    folder: 'scripts',
    mayImport: ['protocol', 'meter-agent'],
    rooms: [
      ['bootstrap.mjs', 'lib'],
      ['agent.ts', 'audit', 'deploy.ts', 'instrument', 'wallbox'],
      ['audit.ts', 'client', 'cover', 'mutate'],
      ['bench', 'coverage.ts', 'mutate.ts', 'start'],
      ['bench.ts', 'checks', 'demo', 'start.ts'],
      ['check.ts', 'demo.ts', 'format.ts', 'test.ts', 'test-deep.ts'],
    ],
  },
];
