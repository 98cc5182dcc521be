import type { Hex } from 'viem';

export interface OcpiTables {
  /** Parties that registered by OCPI's credentials, by the names that the operator gave them. */
  ocpiParties: {
    name: string;
    tokenHash: Hex;
    /** Of their versions; it is never called. */
    url: string;
    registeredAt: number;
  };
}
