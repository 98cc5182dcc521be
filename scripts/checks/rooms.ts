/** A part of the product; its folder may lie inside the folder of another part. */
export interface Part {
  name: string;
  folder: string;
  /** The other parts whose files it may import. */
  mayImport: readonly string[];
  /** Files of data, or folders of them, that it reads of other parts. */
  mayRead?: readonly string[];
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
        'abi.json',
        'contracts.json',
        'abi.ts',
        'backoff.ts',
        'errors.ts',
        'faultKinds.ts',
        'endpointHash.ts',
        'catalogue.ts',
        'messages',
        'networks',
        'rfid.ts',
        'schemas.ts',
        'seal.ts',
        'signedTypes.ts',
        'startCode.ts',
      ],
      ['allCatalogues.ts', 'codes.ts', 'handover.ts', 'idTag.ts', 'ocmf', 'proof.ts', 'units.ts', 'words.ts'],
      ['bounds.ts', 'reading.ts', 'session.ts', 'state.ts', 'terms.ts'],
      ['bounds.ts', 'cost.ts', 'listing.ts', 'notices.ts', 'signature.ts', 'slots.ts'],
      ['booking.ts', 'hours.ts', 'link.ts', 'networks.ts', 'presets.ts', 'renderNotice.ts'],
      'api',
      [
        'allowance.ts',
        'api.ts',
        'calls.ts',
        'claimValues.ts',
        'depositAddress.ts',
        'funding.ts',
        'ledger',
        'linkVersion1.ts',
        'passkey.ts',
      ],
      'map-api.ts',
    ],
  },
  {
    name: 'agent',
    folder: 'meter-agent',
    mayImport: ['protocol'],
    rooms: [
      ['launch.mjs', 'node-flags.json'],
      ['config', 'key', 'lib', 'words'],
      'ocmf',
      'drivers',
      'session',
      'journal',
      'backup',
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
      ['config-values.ts', 'node-flags.json', 'secret-files.ts', 'tables'],
      ['operations-config.ts', 'relay-config.ts'],
      ['config.ts', 'db.ts', 'http', 'migrations', 'topics.ts'],
      'db',
      ['backup', 'cluster'],
      'link',
      'chain',
      'outbox',
      'services.ts',
      ['accounts', 'booking', 'demand', 'listing', 'relay'],
      ['map', 'settlement'],
      'charging',
      'basemap',
      ['index-rules.ts', 'ocpi', 'people', 'status', 'watcher'],
      'subscriptions',
      ['app.ts', 'lead.ts'],
      'serve.ts',
      'main.ts',
    ],
  },
  {
    name: 'page',
    folder: 'server/web',
    mayImport: ['protocol'],
    rooms: [
      'messages',
      'app',
      ['accounts', 'audit', 'demo', 'map'],
      ['booking', 'compiledMessages.ts', 'explorer.ts'],
      ['charging', 'history', 'settlement', 'vault'],
      ['AccountPage.tsx', 'BookingPanel.tsx', 'BookingsPage.tsx', 'build', 'listing', 'worker'],
      'vite.config.ts',
      'Shell.tsx',
      'main.tsx',
    ],
  },
  {
    name: 'audit',
    folder: 'audit',
    // Nothing of the product: what both read by one function, they would agree on for ever.
    mayImport: [],
    mayRead: ['package.json', 'protocol/abi.json', 'protocol/contracts.json', 'protocol/networks'],
    rooms: [
      'lib',
      ['ocmf', 'rules'],
      ['calldata', 'ledger'],
      'accounting',
      ['code', 'evidence', 'money'],
      ['authority', 'export'],
      'audit-ledger.ts',
      ['api', 'report'],
      'settings',
      'command.ts',
      'main.ts',
    ],
  },
  {
    name: 'scripts',
    folder: 'scripts',
    mayImport: ['protocol', 'agent', 'server', 'audit'],
    rooms: [
      'lib',
      ['deploy', 'pack', 'prove'],
      ['agent.ts', 'audit.ts', 'bootstrap.mjs', 'deploy.ts', 'instrument', 'pack.ts', 'prove.ts', 'wallbox'],
      ['client', 'cover', 'mutate', 'setup'],
      ['bench', 'coverage.ts', 'mutate.ts', 'start'],
      ['bench.ts', 'checks', 'demo', 'start.ts'],
      [
        'backup.ts',
        'check.ts',
        'demo.ts',
        'env-example.ts',
        'format.ts',
        'restore.ts',
        'setup.ts',
        'shots.ts',
        'test.ts',
        'test-deep.ts',
      ],
    ],
  },
];
