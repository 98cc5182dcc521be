/** A part of the product; its folder may lie inside the folder of another part. */
export interface Part {
  name: string;
  folder: string;
  /** The other parts whose files it may import. */
  mayImport: readonly string[];
  /**
   * Its rooms from the bottom up: folders, or files outside of any listed folder. A file imports from its own room
   * and from lower ones. Rooms that share an entry are on one floor and do not import each other.
   */
  rooms: readonly (string | readonly string[])[];
}

export const PARTS: readonly Part[] = [
  {
    name: 'protocol',
    folder: 'protocol',
    mayImport: [],
    rooms: [
      [
        'abi.ts',
        'errors.ts',
        'messages',
        'networks',
        'rfid.ts',
        'schemas.ts',
        'seal.ts',
        'signedTypes.ts',
        'startCode.ts',
      ],
      ['catalogue.ts', 'codes.ts', 'handover.ts', 'idTag.ts', 'ocmf', 'proof.ts', 'units.ts', 'words.ts'],
      ['bounds.ts', 'reading.ts', 'session.ts', 'state.ts', 'terms.ts'],
      ['bounds.ts', 'cost.ts', 'listing.ts', 'notices.ts', 'signature.ts', 'slots.ts'],
      ['booking.ts', 'hours.ts', 'link.ts', 'networks.ts', 'presets.ts', 'renderNotice.ts'],
      [
        'allowance.ts',
        'api.ts',
        'calls.ts',
        'claimValues.ts',
        'depositAddress.ts',
        'funding.ts',
        'linkVersion1.ts',
        'passkey.ts',
      ],
    ],
  },
  {
    name: 'agent',
    folder: 'meter-agent',
    mayImport: ['protocol'],
    rooms: [
      ['launch.mjs', 'node-flags.json'],
      ['config', 'key', 'lib'],
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
      ['config.ts', 'http', 'migrations', 'topics.ts'],
      ['db.ts', 'link'],
      'chain',
      'services.ts',
      ['accounts', 'booking', 'listing', 'relay'],
      ['charging', 'map', 'settlement'],
      ['people', 'status', 'watcher'],
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
      ['accounts', 'audit', 'map'],
      ['booking', 'compiledMessages.ts'],
      ['charging', 'settlement', 'vite.config.ts'],
      ['BookingPanel.tsx', 'listing'],
      'Shell.tsx',
      'main.tsx',
    ],
  },
  {
    name: 'scripts',
    folder: 'scripts',
    mayImport: ['protocol', 'agent'],
    rooms: [
      'lib',
      ['deploy', 'prove'],
      ['agent.ts', 'audit', 'bootstrap.mjs', 'deploy.ts', 'instrument', 'prove.ts', 'wallbox'],
      ['audit.ts', 'client', 'cover', 'mutate'],
      ['bench', 'coverage.ts', 'mutate.ts', 'start'],
      ['bench.ts', 'checks', 'demo', 'start.ts'],
      ['check.ts', 'demo.ts', 'format.ts', 'test.ts', 'test-deep.ts'],
    ],
  },
];
