/** How a relayer on the local ledger is set up: its ether is play money, so that it gives all gas away. */
export const LOCAL_RELAY = {
  RELAY_ALLOWANCES: 'bookings=1000,money=1000,sessions=1000,listings=1000,raises=100',
  RELAY_TOKENS_PER_COIN: '2500',
  RELAY_CALLS_PER_ACCOUNT: '10000',
  RELAY_CALLS_PER_IP: '100000',
  RELAY_CALLS_UNFUNDED: '10000',
  RELAY_CALLS_PER_DAY: '100000',
} as const;
