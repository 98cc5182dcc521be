// Generated from protocol/api/openapi.json by "npm run check -- --write". Do not edit.

/* eslint-disable */

/** OneOf type helpers */
type Without<T, U> = { [P in Exclude<keyof T, keyof U>]?: never };
type XOR<T, U> = (T | U) extends object ? (Without<T, U> & U) | (Without<U, T> & T) : T | U;
type OneOf<T extends any[]> = T extends [infer Only] ? Only : T extends [infer A, infer B, ...infer Rest] ? OneOf<[XOR<A, B>, ...Rest]> : never;

export interface paths {
  "/healthz": {
    /** Whether everything works that this server needs */
    get: operations["getHealth"];
  };
  "/readyz": {
    /**
     * Whether this process shall get requests
     * @description A warning is for the operator: requests are answered all the same.
     */
    get: operations["getReadiness"];
  };
  "/api/v1/openapi.json": {
    /** This document */
    get: operations["getApiDocument"];
  };
  "/api/v1/config": {
    /** Chain, market, token, and what this server offers */
    get: operations["getConfig"];
  };
  "/api/v1/ledger/head": {
    /** The ledger’s newest block, and how far it is indexed */
    get: operations["getLedgerHead"];
  };
  "/api/v1/chargers": {
    /**
     * Chargers in a box, or of a host
     * @description By `bbox` or by `host`. Filters go with `bbox` alone. As GeoJSON where `Accept: application/geo+json` asks for it.
     */
    get: operations["listChargers"];
  };
  "/api/v1/chargers/{listingId}": {
    /** A charger: terms, hours, free slots, and record */
    get: operations["getCharger"];
  };
  "/api/v1/quotes": {
    /**
     * What a charge would cost around a place, and when
     * @description A quote binds nobody: the ledger decides as it is booked.
     */
    get: operations["listQuotes"];
  };
  "/api/v1/map/events": {
    /**
     * Changes of the map, as server-sent events
     * @description `Last-Event-ID` brings what was missed in the box.
     */
    get: operations["watchMap"];
  };
  "/tiles/basemap.json": {
    /** TileJSON of the basemap, with its credits */
    get: operations["getBasemapTileJson"];
  };
  "/tiles/basemap/{z}/{x}/{y}.mvt": {
    /** Land, borders, cities, and cells of the map */
    get: operations["getBasemapTile"];
  };
  "/tiles/chargers/{z}/{x}/{y}.mvt": {
    /**
     * Chargers, right within a second of a change
     * @description Layer `chargers`, or `clusters` in fuller tiles. A tile without chargers has no bytes.
     */
    get: operations["getChargerTile"];
  };
  "/tiles/foreign.json": {
    /** TileJSON of other operators’ locations */
    get: operations["getForeignTileJson"];
  };
  "/tiles/foreign/{z}/{x}/{y}.mvt": {
    /** Other operators’ locations */
    get: operations["getForeignTile"];
  };
  "/api/v1/search": {
    /**
     * Towns by name
     * @description Each word of a name may begin so; accents, case and punctuation do not count.
     */
    get: operations["searchTowns"];
  };
  "/api/v1/foreign": {
    /** The feeds of other operators that this server reads, and how */
    get: operations["listForeignFeeds"];
  };
  "/api/v1/foreign/{id}": {
    /** A location of another operator */
    get: operations["getForeignLocation"];
  };
  "/api/v1/bookings/{bookingId}": {
    /**
     * A booking as the ledger has it
     * @description With the state to hand back in the next call to the ledger.
     */
    get: operations["getBooking"];
  };
  "/api/v1/bookings/{bookingId}/start": {
    /** Hands the start secret to the agent, sealed */
    post: operations["startCharging"];
  };
  "/api/v1/bookings/{bookingId}/cosignatures": {
    /** Co-signs a reading that the agent sent */
    post: operations["cosignReading"];
  };
  "/api/v1/bookings/{bookingId}/allowance": {
    /**
     * Raises what the agent’s final word may cost
     * @description The highest raise is kept, and forwarded at once or when the agent connects again.
     */
    post: operations["raiseAllowance"];
  };
  "/api/v1/bookings/{bookingId}/stop": {
    /** Asks the agent to end the charge */
    post: operations["stopCharging"];
  };
  "/api/v1/bookings/{bookingId}/live": {
    /** A booking and its session, as server-sent events */
    get: operations["watchBooking"];
  };
  "/api/v1/bookings/{bookingId}/notices": {
    /** What the agent has to say to the driver, newest first */
    get: operations["listBookingNotices"];
  };
  "/api/v1/bookings/{bookingId}/handover": {
    /**
     * The exact location, sealed to the session key
     * @description While the agent is offline, what it sent before.
     */
    post: operations["requestHandover"];
  };
  "/api/v1/bookings/{bookingId}/handover-approval": {
    /**
     * The host’s consent to an early handover
     * @description The agent checks that the booking’s host signed.
     */
    post: operations["approveHandover"];
  };
  "/api/v1/chargers/{listingId}/location": {
    /**
     * Hands the exact location to the agent, sealed
     * @description The agent accepts only what its listing commits to. Nothing is stored here.
     */
    post: operations["sendLocation"];
  };
  "/api/v1/chargers/{listingId}/place": {
    /**
     * Older name of `location`
     * @deprecated
     */
    post: operations["sendPlace"];
  };
  "/api/v1/sign-in/nonce": {
    /** A nonce for a sign-in message */
    get: operations["getNonce"];
  };
  "/api/v1/sign-in": {
    /**
     * Signs in with Ethereum (ERC-4361)
     * @description Sets the cookie of the session.
     */
    post: operations["signIn"];
    /** Ends the session */
    delete: operations["signOut"];
  };
  "/api/v1/sign-ins": {
    /** Ends the sessions of the signed-in account on all devices */
    delete: operations["signOutEverywhere"];
  };
  "/api/v1/me/bookings": {
    /** Bookings of the signed-in driver, newest first */
    get: operations["listMyBookings"];
  };
  "/api/v1/me/notices": {
    /** What the agents have to say to the signed-in host, newest first */
    get: operations["listMyNotices"];
  };
  "/api/v1/me/health": {
    /** Health of the signed-in host’s connectors */
    get: operations["getMyHealth"];
  };
  "/api/v1/me/hosted": {
    /** Open bookings of the signed-in host’s chargers, the next one first */
    get: operations["listHosted"];
  };
  "/api/v1/pairings": {
    /**
     * The agent’s consent to list its connector
     * @description With the code that the agent shows, a host proves access to the connector.
     */
    post: operations["pairCharger"];
  };
  "/api/v1/relay": {
    /**
     * Hand in a signed call, whose gas the relayer pays
     * @description The call is kept before it is sent. The same call gets the same answer, however often it is handed in. What the call did is told by `GET /relay/{id}`.
     */
    post: operations["relayCall"];
  };
  "/api/v1/relay/fee": {
    /** Tell what relaying costs, before anything is signed */
    get: operations["readRelayFees"];
  };
  "/api/v1/relay/{callId}": {
    /** Read how far a call is that was handed in */
    get: operations["readRelayedCall"];
  };
  "/api/v1/local/shown-charge": {
    /** Reads how far the charge is that is shown */
    get: operations["readShownCharge"];
    /**
     * Begins a whole charge at a simulated home, to be watched
     * @description One at a time: while one is under way, it is that one.
     */
    post: operations["beginShownCharge"];
  };
  "/api/v1/faucet": {
    /** Demo money, on the local ledger only */
    post: operations["giveDemoMoney"];
  };
  "/api/v1/local/wallboxes/{connector}/{act}": {
    /**
     * Moves the cable of a simulated wallbox, or shows it a card
     * @description Real wallboxes cannot be reached here. `present` shows the card `idTag` to the reader.
     */
    post: operations["moveWallbox"];
  };
  "/api/v1/profiles/{account}": {
    /** What an account says of itself */
    get: operations["getProfile"];
  };
  "/api/v1/me/profile": {
    /** Says something of the signed-in account, to everybody */
    put: operations["putProfile"];
    /** Deletes the profile of the signed-in account */
    delete: operations["deleteProfile"];
  };
  "/api/v1/me/message-key": {
    /** The key to which messages for the signed-in account are sealed */
    put: operations["putMessageKey"];
  };
  "/api/v1/me/photos": {
    /** Photos of the signed-in account */
    get: operations["listMyPhotos"];
    /**
     * Stores a photo, without what a camera writes beside the picture
     * @description JPEG, PNG or WebP by its content. Location, device, time, thumbnail and comments are left out before it is stored; of EXIF only the orientation stays. Everybody can read it by its id.
     */
    post: operations["addPhoto"];
  };
  "/api/v1/me/photos/{photoId}": {
    /** Deletes a photo of the signed-in account */
    delete: operations["deletePhoto"];
  };
  "/api/v1/chargers/{listingId}/photos": {
    /** Photos of a charger, by its host */
    get: operations["listPhotosOfCharger"];
  };
  "/api/v1/photos/{photoId}": {
    /** The bytes of a photo */
    get: operations["getPhoto"];
  };
  "/api/v1/bookings/{bookingId}/rating": {
    /**
     * Rates a finished booking
     * @description One per booking. A later one takes its place.
     */
    put: operations["putRating"];
    /** Takes a rating back */
    delete: operations["deleteRating"];
  };
  "/api/v1/chargers/{listingId}/ratings": {
    /** Ratings of a charger, newest first */
    get: operations["listRatings"];
  };
  "/api/v1/bookings/{bookingId}/faults": {
    /**
     * Reports a fault of the charger to its host, and on the map
     * @description By the booking’s driver, from its slot until a week after it. The map shows the kind alone.
     */
    post: operations["reportFault"];
  };
  "/api/v1/faults/{faultId}": {
    /** Takes a report back */
    delete: operations["withdrawFault"];
  };
  "/api/v1/faults/{faultId}/resolution": {
    /** The host says that a fault is repaired */
    post: operations["resolveFault"];
  };
  "/api/v1/chargers/{listingId}/faults": {
    /** Faults of a charger within 90 days, newest first */
    get: operations["listFaultsOfCharger"];
  };
  "/api/v1/me/faults": {
    /** Faults of the signed-in host’s chargers, newest first */
    get: operations["listMyFaults"];
  };
  "/api/v1/bookings/{bookingId}/evidence/{evidenceHash}": {
    /** The salt and the bundle, for the parties and those with whom they share */
    get: operations["readEvidence"];
    /**
     * The agent hands in the evidence bundle of a session
     * @description Bytes: the salt, 32 bytes, then the bundle as the agent wrote it (docs/evidence.md). `Authorization: Plugpact-Evidence <validUntil>.<signature>`, EIP-712 `EvidenceUpload` by the booking’s agent key, valid for at most 10 minutes. Where the ledger has a final reading, its evidence hash alone is taken.
     */
    put: operations["putEvidence"];
  };
  "/api/v1/bookings/{bookingId}/evidence": {
    /** Whether there is a bundle, and with whom the signed-in party shares it */
    get: operations["getEvidence"];
    /** The host deletes bundle, salt and shares */
    delete: operations["deleteEvidence"];
  };
  "/api/v1/bookings/{bookingId}/evidence-shares/{account}": {
    /** Lets another account read the bundle for a time */
    put: operations["shareEvidence"];
    /** Ends what the signed-in party shares with an account */
    delete: operations["unshareEvidence"];
  };
  "/api/v1/bookings/{bookingId}/messages": {
    /**
     * Sealed messages between guest and host, oldest first
     * @description For driver and host by the cookie of a sign-in; the driver’s device may send `Authorization: Plugpact-Watch` instead.
     */
    get: operations["listMessages"];
    /**
     * Sends a message, sealed once to each side
     * @description The driver’s copy is sealed to the session key, the host’s to the message key in the profile. From the booking until 30 days after its end; 200 messages a booking; deleted 90 days after they were sent.
     */
    post: operations["sendMessage"];
  };
  "/api/v1/vaults/{account}": {
    /**
     * What the devices of an account keep here, sealed by them
     * @description For the signed-in account, or, with `bookingId`, for the device with the session key of an open booking of the account (`Authorization: Plugpact-Watch`). `ETag` is the version.
     */
    get: operations["readVault"];
    /**
     * Writes the vault of an account, 64 KiB at most
     * @description `version` is one more than the stored one (1 at first): of two devices that write at once, one is refused and reads again. By the cookie, or by `signature` of an open booking’s session key over EIP-712 `VaultWrite` with the keccak256 of the bytes.
     */
    put: operations["writeVault"];
    /** Deletes the vault of the signed-in account */
    delete: operations["deleteVault"];
  };
  "/api/v1/ledger/permanent": {
    /** What stands on the ledger for ever and cannot be erased */
    get: operations["listOnLedger"];
  };
  "/api/v1/me/data": {
    /** What this server has of the signed-in account */
    get: operations["countMyData"];
    /**
     * Deletes all that this server has of the signed-in account, and signs it out everywhere
     * @description What the ledger has stays: `GET /ledger/permanent`. So do readings, which decide about money.
     */
    delete: operations["eraseMyData"];
  };
  "/api/v1/statistics": {
    /** How much is lent and charged on this market */
    get: operations["getStatistics"];
  };
  "/api/v1/demand": {
    /**
     * Where people searched for a charge and found none
     * @description Counted per H3 cell of resolution 5 and day, without who searched; below 5 searches a cell is left out. The present day is not shown.
     */
    get: operations["getDemand"];
  };
  "/api/v1/me/health/{listingId}": {
    /**
     * How a connector of the signed-in host was within 30 days, newest first
     * @description A row for each change of status or error, and one an hour.
     */
    get: operations["getHealthHistory"];
  };
  "/api/v1/ocpi/versions": {
    /** Versions of OCPI that are spoken here */
    get: operations["listOcpiVersions"];
  };
  "/api/v1/ocpi/2.2.1": {
    /** Endpoints of OCPI 2.2.1 */
    get: operations["readOcpiVersion"];
  };
  "/api/v1/ocpi/2.2.1/locations": {
    /**
     * Chargers as OCPI locations
     * @description In the order of `last_updated`. `Link` names the next page, `X-Total-Count` counts all, `X-Limit` is the longest page.
     */
    get: operations["listOcpiLocations"];
  };
  "/api/v1/ocpi/2.2.1/locations/{location}": {
    /** A location */
    get: operations["readOcpiLocation"];
  };
  "/api/v1/ocpi/2.2.1/locations/{location}/{evse}": {
    /** The EVSE of a location */
    get: operations["readOcpiEvse"];
  };
  "/api/v1/ocpi/2.2.1/locations/{location}/{evse}/{connector}": {
    /** The connector of an EVSE */
    get: operations["readOcpiConnector"];
  };
  "/api/v1/ocpi/2.2.1/tariffs": {
    /**
     * Prices of the chargers as OCPI tariffs
     * @description In the order of `last_updated`. `Link` names the next page, `X-Total-Count` counts all, `X-Limit` is the longest page.
     */
    get: operations["listOcpiTariffs"];
  };
  "/api/v1/ocpi/2.2.1/cdrs": {
    /**
     * Finished sessions as OCPI charge detail records
     * @description In the order of `last_updated`. `Link` names the next page, `X-Total-Count` counts all, `X-Limit` is the longest page. For parties to whom the operator gave a credentials token.
     */
    get: operations["listOcpiCdrs"];
  };
  "/api/v1/ocpi/2.2.1/credentials": {
    /** Who this server is, for a registered party */
    get: operations["readOcpiCredentials"];
    /** Register again, with a new token */
    put: operations["renewOcpiParty"];
    /**
     * Register, by the token that the operator gave
     * @description The answer has the token for all requests after this one. Nothing is sent to the other side.
     */
    post: operations["registerOcpiParty"];
    /** End the registration */
    delete: operations["unregisterOcpiParty"];
  };
  "/api/v1/subscriptions": {
    /**
     * Hear of bookings, messages and notices, by webhook or web push
     * @description Webhooks are signed and retried as Standard Webhooks has it (webhook-id, webhook-timestamp, webhook-signature). A new one is asked first: the endpoint has to answer `subscription.confirm` with 200 and the challenge in the body. Failed deliveries are tried again with growing pauses, about two days in all; then the subscription ends.
     */
    post: operations["subscribe"];
  };
  "/api/v1/subscriptions/{subscriptionId}": {
    /** Whether a subscription goes on, and what waits */
    get: operations["getSubscription"];
    /**
     * End a subscription
     * @description What waits is not delivered. It succeeds also where there is none any more.
     */
    delete: operations["unsubscribe"];
  };
  "/api/v1/push/key": {
    /** The VAPID key that a browser subscribes with */
    get: operations["getPushKey"];
  };
}

export type webhooks = Record<string, never>;

export interface components {
  schemas: {
    Accepted: Record<string, never>;
    /** @description What the agent’s final word may cost without a co-signature. */
    Allowance: {
      cost: string;
      /** @description EIP-712 `Allowance` by the session key. */
      signature: `0x${string}`;
    };
    /** @description Token units as decimal text. */
    Amount: string;
    /** @description A booking as the ledger has it. */
    Booking: {
      bookingId: `0x${string}`;
      listingId: `0x${string}`;
      driver: `0x${string}`;
      purse: number;
      generation: string;
      sessionKey: `0x${string}`;
      /** @description Unix seconds / 900. */
      firstSlot: number;
      slotCount: number;
      cap: components["schemas"]["Amount"];
      unsignedCost: components["schemas"]["Amount"];
      allowedCost: components["schemas"]["Amount"];
      relayFee: components["schemas"]["Amount"];
      startHash: `0x${string}`;
      terms: components["schemas"]["Terms"];
      /**
       * @description OCPI ReservationStatus.
       * @enum {string}
       */
      reservationStatus: "RESERVED" | "CANCELED" | "FAILED" | "NO_SHOW" | "FULFILLED";
      /** @enum {string} */
      settlementStatus: "NONE" | "CLAIMED" | "CHALLENGED" | "SETTLED";
      /** @description To hand back to the ledger while the booking is open. */
      state: {
        head: `0x${string}`;
        claim: `0x${string}`;
      };
      /** @description Agent and driver contradict each other about a no-show; at the end: its fee went to nobody. */
      contested: boolean;
      /** @description Once it ended: what the driver paid, the market’s fee included. A contested fee went to nobody. */
      paid: components["schemas"]["Amount"] | null;
      refunded: components["schemas"]["Amount"] | null;
      energyWh: number | null;
      endReading: components["schemas"]["Reading"] | null;
      bookedAt: components["schemas"]["UnixSeconds"];
      bookedTx: `0x${string}`;
      endedAt: components["schemas"]["UnixSeconds"] | null;
      endedTx: `0x${string}` | null;
    };
    Bookings: {
      bookings: components["schemas"]["Booking"][];
      /** @description Give it back for the next page; null at the end. */
      cursor: string | null;
    };
    /** @description All that a booking needs of a charger. */
    ChargerDetail: {
      listingId: `0x${string}`;
      /** @enum {string} */
      status: "AVAILABLE" | "BLOCKED" | "CHARGING" | "INOPERATIVE" | "OUTOFORDER" | "RESERVED" | "UNKNOWN" | "REMOVED";
      /**
       * @description STALE: no heartbeat of its agent for 90 s; OFFLINE: for 10 min.
       * @enum {string}
       */
      freshness: "LIVE" | "STALE" | "OFFLINE";
      h3Cell: string;
      /** @description Centre of the cell, never the house. Degrees, as decimal text. */
      latitude: string;
      /** @description Degrees, as decimal text. */
      longitude: string;
      /** @enum {string} */
      connectorStandard: "UNKNOWN" | "IEC_62196_T2" | "IEC_62196_T1" | "IEC_62196_T2_COMBO" | "IEC_62196_T1_COMBO" | "CHADEMO" | "DOMESTIC_F" | "DOMESTIC_E" | "DOMESTIC_G" | "TESLA_S";
      /** @enum {string} */
      powerType: "UNKNOWN" | "AC_1_PHASE" | "AC_2_PHASE" | "AC_3_PHASE" | "DC";
      maxPowerW: number;
      pricePerKwh: components["schemas"]["Amount"];
      pricePerHour: components["schemas"]["Amount"];
      flatFee: components["schemas"]["Amount"];
      terms: components["schemas"]["Terms"];
      weeklyHours: `0x${string}`;
      placeHash: `0x${string}`;
      /** @description Preimage of placeHash, so that the host can update. */
      place: {
        connector: `0x${string}`;
        location: `0x${string}`;
        placeCommitment: `0x${string}`;
      };
      meterKey: `0x${string}`;
      version: number;
      /** @enum {string} */
      listingStatus: "OPEN" | "CLOSED" | "REVOKED";
      /** @description Uncompressed secp256k1 key of the agent, once it was seen: the start secret is sealed to it. */
      agentPublicKey: `0x${string}` | null;
      /** @description Unix seconds / 900, from now to the horizon. */
      takenSlots: number[];
      /** @description What a booking made now can take, up to the horizon, in order. */
      freeSlots: [number, number][];
      record: components["schemas"]["ListingRecord"];
      /** @description The same as in `record`. */
      contestedNoShows: number;
      updatedAt: components["schemas"]["UnixSeconds"];
    };
    /** @description RFC 7946; `cursor` and `truncated` are foreign members. */
    ChargerFeatures: {
      /** @constant */
      type: "FeatureCollection";
      features: {
          [key: string]: unknown;
        }[];
      [key: string]: unknown;
    };
    /** @description A page that filters may hold fewer chargers than asked for, and none, and others follow. */
    ChargerPage: {
      chargers: components["schemas"]["ChargerSummary"][];
      /** @description Give it back for the next page; null at the end. */
      cursor: string | null;
      /** @description Whether there is a next page. */
      truncated: boolean;
    };
    /** @description A charger on the map. */
    ChargerSummary: {
      listingId: `0x${string}`;
      /** @enum {string} */
      status: "AVAILABLE" | "BLOCKED" | "CHARGING" | "INOPERATIVE" | "OUTOFORDER" | "RESERVED" | "UNKNOWN" | "REMOVED";
      /**
       * @description STALE: no heartbeat of its agent for 90 s; OFFLINE: for 10 min.
       * @enum {string}
       */
      freshness: "LIVE" | "STALE" | "OFFLINE";
      h3Cell: string;
      /** @description Centre of the cell, never the house. Degrees, as decimal text. */
      latitude: string;
      /** @description Degrees, as decimal text. */
      longitude: string;
      /** @enum {string} */
      connectorStandard: "UNKNOWN" | "IEC_62196_T2" | "IEC_62196_T1" | "IEC_62196_T2_COMBO" | "IEC_62196_T1_COMBO" | "CHADEMO" | "DOMESTIC_F" | "DOMESTIC_E" | "DOMESTIC_G" | "TESLA_S";
      /** @enum {string} */
      powerType: "UNKNOWN" | "AC_1_PHASE" | "AC_2_PHASE" | "AC_3_PHASE" | "DC";
      maxPowerW: number;
      pricePerKwh: components["schemas"]["Amount"];
      pricePerHour: components["schemas"]["Amount"];
      flatFee: components["schemas"]["Amount"];
    };
    Config: {
      chainId: number;
      /** @description Of protocol/networks/, by the chain; null for a chain without a file there. */
      networkName: string | null;
      /** @description Block explorer of the chain, which shows /tx/{hash} and /address/{address}. */
      explorerUrl: string | null;
      market: `0x${string}`;
      token: {
        address: `0x${string}`;
        symbol: string;
        decimals: number;
      };
      /** @description Verifier of passkey accounts; null where this server names none. */
      passkeyVerifier: `0x${string}` | null;
      /** @description The market’s factory of deposit addresses; null where this server names none. */
      depositAddresses: `0x${string}` | null;
      /** @description Page that sells the token; `{address}` in it stands for the deposit address. */
      topUpUrl: string | null;
      /** @description JSON-RPC endpoint for the client’s own reads: the ledger decides, not this API. */
      rpcUrl: string;
      windows: {
        reportSec: number;
        challengeSec: number;
        proofSec: number;
      };
      bondMax: components["schemas"]["Amount"];
      firstTrustMax: components["schemas"]["Amount"];
      forfeitMin: components["schemas"]["Amount"];
      /** @description What signs the relayed calls; the zero address means that nobody relays. */
      relayer: `0x${string}`;
      /** @description What one token is worth by the operator’s word, by ISO 4217 code: to be shown beside the token, never paid by. */
      currencyRates: {
        [key: string]: string;
      };
      /** @description MapLibre style, or null for this server’s own basemap. */
      basemapStyleUrl: string | null;
      /** @description MapLibre styles with streets of somebody else, to be loaded only when the reader asks for them. */
      streets: {
        styleUrl: string;
        darkStyleUrl: string;
      } | null;
      /** @description How the page reaches wallet apps by WalletConnect, or null where it offers none. */
      walletConnect: {
        projectId: string;
        relayUrl: string;
      } | null;
      /** @description Page of who runs this server. */
      imprint: "/imprint" | null;
      /** @description Page of what this server does with data. */
      privacy: "/privacy" | null;
      /** @description Names of the feeds of foreign charging locations. */
      foreignFeeds: string[];
      /** @description Only on the local ledger: demo money may be asked for, and these pairing codes wait. */
      local: {
        /** @constant */
        faucet: true;
        pairingCodes: string[];
        wallboxes: {
            chargePointId: string;
            connector: `0x${string}`;
            /** @description Its newest listing, once there is one. */
            listingId?: `0x${string}`;
          }[];
      } | null;
    };
    /** @description How a connector was at some time. */
    ConnectorState: {
      at: components["schemas"]["UnixSeconds"];
      status: string;
      health: ({
        lastError?: string;
        lastErrorAt?: number;
        temperatureC?: number;
        voltageV?: number;
        firmware?: string;
        clockOffsetSec?: number;
        forward?: {
          isOn: boolean;
          since: number;
          /** @enum {string} */
          reason?: "NO_WALLBOX" | "UNREACHABLE" | "UNKNOWN_HOST" | "TLS" | "WRONG_PASSWORD" | "UNKNOWN_WALLBOX" | "NOT_OCPP" | "HUNG_UP" | "NO_ANSWER" | "BAD_ANSWER" | "PENDING" | "REJECTED";
        };
      }) | null;
    };
    Evidence: {
      /** @description SHA-256 of the bytes: the 32 bytes of the salt, then the bundle. */
      evidenceHash: `0x${string}`;
      sizeBytes: number;
      receivedAt: components["schemas"]["UnixSeconds"];
      /** @description Those that the signed-in account made. */
      shares: {
          sharedBy: `0x${string}`;
          account: `0x${string}`;
          expiresAt: components["schemas"]["UnixSeconds"];
        }[];
    };
    /** @description A fault of a charger that a driver reported, without the driver. */
    Fault: {
      faultId: `0x${string}`;
      listingId: `0x${string}`;
      /** @enum {string} */
      kind: "NO_POWER" | "CONNECTOR_DAMAGED" | "CABLE_LOCKED" | "ACCESS_BLOCKED" | "WRONG_LOCATION" | "UNSAFE" | "OTHER";
      reportedAt: components["schemas"]["UnixSeconds"];
      /** @description When the host said that it is repaired. */
      resolvedAt: components["schemas"]["UnixSeconds"] | null;
    };
    ForeignFeeds: {
      feeds: ({
          name: string;
          /** @description When it was read to its end; null before that. */
          readAt: components["schemas"]["UnixSeconds"] | null;
          /** @description Code of what went wrong at the last read; null where nothing did. */
          error: string | null;
          locationCount: number;
          /** @description Not published by its operator, or removed. */
          hiddenCount: number;
          refusedCount: number;
          /** @description The first ones. */
          refused: {
              row: string;
              rule: string;
            }[];
        })[];
    };
    /** @description Of another operator. It cannot be booked here. */
    ForeignLocation: {
      id: string;
      /** @constant */
      isForeign: true;
      /** @description Name of the feed. */
      source: string;
      name: string | null;
      operator: string | null;
      address: string | null;
      city: string | null;
      country: string | null;
      /** @description Degrees, as decimal text. */
      latitude: string;
      /** @description Degrees, as decimal text. */
      longitude: string;
      /**
       * @description The best of its EVSEs.
       * @enum {string}
       */
      status: "AVAILABLE" | "BLOCKED" | "CHARGING" | "INOPERATIVE" | "OUTOFORDER" | "PLANNED" | "RESERVED" | "UNKNOWN";
      connectors: ({
          /** @description A word of OCPI; UNKNOWN where the feed says none. */
          standard: string;
          powerType: string | null;
          /** @description Null where what the feed says cannot be. */
          maxPowerW: number | null;
          count: number;
        })[];
      /** @description When its operator changed it. */
      updatedAt: components["schemas"]["UnixSeconds"] | null;
      /** @description When this server read the feed. */
      readAt: components["schemas"]["UnixSeconds"] | null;
    };
    /** @description The exact location, for the booking’s session key alone. */
    Handover: {
      sealed: `0x${string}`;
    };
    Health: {
      /** @enum {string} */
      status: "ok" | "degraded";
      database: {
        reachable: boolean;
      };
      ledger: {
        reachable: boolean;
        chainId: number | null;
        head: number | null;
        headTimestamp: components["schemas"]["UnixSeconds"] | null;
      };
      index: {
        indexedTo: number | null;
        lagBlocks: number | null;
        verifiedTo: number | null;
        /** @description What nodes contradict each other about. */
        contradiction: ({
          /** @enum {string} */
          kind: "answer" | "history";
          fromBlock: number;
          toBlock: number;
          reason: string;
          since: components["schemas"]["UnixSeconds"];
        }) | null;
        /** @description Of a back-fill; null while there is none. */
        progress: {
          blocksLeft: number;
          secondsLeft: number;
        } | null;
      };
    };
    /** @description A fault as its host reads it. */
    HostFault: {
      faultId: `0x${string}`;
      listingId: `0x${string}`;
      /** @enum {string} */
      kind: "NO_POWER" | "CONNECTOR_DAMAGED" | "CABLE_LOCKED" | "ACCESS_BLOCKED" | "WRONG_LOCATION" | "UNSAFE" | "OTHER";
      reportedAt: components["schemas"]["UnixSeconds"];
      /** @description When the host said that it is repaired. */
      resolvedAt: components["schemas"]["UnixSeconds"] | null;
      bookingId: `0x${string}`;
      comment: string;
    };
    HostHealth: {
      connectors: ({
          listingId: `0x${string}`;
          /** @description OCPI EVSE status; null before the agent’s first heartbeat. */
          status: string | null;
          /** @description Of the agent’s last heartbeat. */
          receivedAt: components["schemas"]["UnixSeconds"] | null;
          /** @description Since when the agent is connected; null while it is not. */
          linkedAt: components["schemas"]["UnixSeconds"] | null;
          health: ({
            lastError?: string;
            lastErrorAt?: number;
            temperatureC?: number;
            voltageV?: number;
            firmware?: string;
            clockOffsetSec?: number;
            forward?: {
              isOn: boolean;
              since: number;
              /** @enum {string} */
              reason?: "NO_WALLBOX" | "UNREACHABLE" | "UNKNOWN_HOST" | "TLS" | "WRONG_PASSWORD" | "UNKNOWN_WALLBOX" | "NOT_OCPP" | "HUNG_UP" | "NO_ANSWER" | "BAD_ANSWER" | "PENDING" | "REJECTED";
            };
          }) | null;
        })[];
    };
    HostedBookings: {
      bookings: components["schemas"]["Booking"][];
      /** @description Give it back for the next page; null at the end. */
      cursor: string | null;
      /** @description By driver, of those who have any: bookings that ended with agent and driver contradicting each other. */
      contestedNoShows: {
        [key: string]: number;
      };
    };
    LedgerHead: {
      blockNumber: number;
      blockTimestamp: components["schemas"]["UnixSeconds"];
      indexedTo: number;
      /** @description Up to here a second reading gave the same events. */
      verifiedTo: number;
      /** @description Of a back-fill; null while there is none. */
      progress: {
        blocksLeft: number;
        secondsLeft: number;
      } | null;
    };
    /** @description How the ended bookings of a listing ended, by the ledger. */
    ListingRecord: {
      /** @description Sessions that were settled. */
      completedSessions: number;
      /** @description What they paid for. */
      energyWh: number;
      canceledByHost: number;
      canceledByDriver: number;
      /** @description The driver did not come, by the agent’s word, which the driver did not deny. */
      noShows: number;
      /** @description Agent and driver contradict each other about a no-show. */
      contestedNoShows: number;
      /** @description Nobody reported until the deadline: the driver got everything back. */
      expired: number;
    };
    /** @description What is known of each kind is sent on connecting, then each change. */
    LiveEvent: {
      /** @constant */
      event: "reading";
      data: {
        reading: components["schemas"]["Reading"];
        agentSignature: `0x${string}`;
      };
    } | {
      /** @constant */
      event: "session";
      data: components["schemas"]["Session"];
    } | {
      /** @constant */
      event: "allowance";
      data: components["schemas"]["Allowance"];
    } | {
      /** @constant */
      event: "notices";
      data: components["schemas"]["Notices"];
    } | {
      /** @constant */
      event: "handover";
      data: components["schemas"]["Handover"];
    } | {
      /** @constant */
      event: "booking";
      data: components["schemas"]["Booking"];
    } | ({
      /** @constant */
      event: "messages";
      /** @description The newest message between guest and host, without what it says. */
      data: {
        seq: number;
        /** @enum {string} */
        sender: "DRIVER" | "HOST";
        sentAt: components["schemas"]["UnixSeconds"];
      };
    });
    /** @description Its id is the number of its change. `ready`: changes are sent from here on. `reset`: too much was missed, read the view again. */
    MapEvent: OneOf<[{
      /** @enum {string} */
      event: "ready" | "reset";
      data: Record<string, never>;
    }, {
      /** @constant */
      event: "charger";
      data: components["schemas"]["ChargerSummary"];
    }, {
      /** @constant */
      event: "removed";
      data: {
        listingId: `0x${string}`;
      };
    }]>;
    Message: {
      seq: number;
      /** @enum {string} */
      sender: "DRIVER" | "HOST";
      /** @description For the reader’s key. */
      sealed: `0x${string}`;
      sentAt: components["schemas"]["UnixSeconds"];
    };
    MessageKey: {
      /** @description Uncompressed secp256k1 key: messages for the account are sealed to it. */
      publicKey: `0x${string}`;
      /** @description EIP-712 `MessageKey`, by the account: who trusts no server checks it. */
      signature: `0x${string}`;
    };
    /** @description What an agent has to say, as a code. */
    Notice: {
      code: string;
      params: {
        [key: string]: string | number | boolean | null;
      };
      listingId: `0x${string}`;
      bookingId: `0x${string}` | null;
      /** @enum {string} */
      to: "driver" | "host" | "both";
      at: number;
    };
    Notices: {
      notices: components["schemas"]["Notice"][];
    };
    NoticesPage: {
      notices: components["schemas"]["Notice"][];
      /** @description Give it back for the next page; null at the end. */
      cursor: string | null;
    };
    /** @description OCPI 2.2.1, 10.3.1. */
    OcpiCdr: {
      country_code: string;
      party_id: string;
      id: string;
      start_date_time: string;
      end_date_time: string;
      session_id?: string;
      cdr_token: {
        country_code: string;
        party_id: string;
        uid: string;
        /** @constant */
        type: "APP_USER";
        contract_id: string;
      };
      /** @constant */
      auth_method: "COMMAND";
      cdr_location: {
        id: string;
        address: string;
        city: string;
        country: string;
        coordinates: {
          latitude: string;
          longitude: string;
        };
        evse_uid: string;
        evse_id: string;
        connector_id: string;
        /** @enum {string} */
        connector_standard: "IEC_62196_T2" | "IEC_62196_T1" | "IEC_62196_T2_COMBO" | "IEC_62196_T1_COMBO" | "CHADEMO" | "DOMESTIC_F" | "DOMESTIC_E" | "DOMESTIC_G" | "TESLA_S";
        /** @enum {string} */
        connector_format: "SOCKET" | "CABLE";
        /** @enum {string} */
        connector_power_type: "AC_1_PHASE" | "AC_2_PHASE" | "AC_3_PHASE" | "DC";
      };
      currency: string;
      tariffs: components["schemas"]["OcpiTariff"][];
      charging_periods: ({
          start_date_time: string;
          tariff_id: string;
          dimensions: ({
              /** @enum {string} */
              type: "ENERGY" | "PARKING_TIME" | "RESERVATION_TIME" | "TIME";
              volume: number;
            })[];
        })[];
      signed_data?: {
        encoding_method: string;
        public_key?: string;
        signed_values: {
            nature: string;
            plain_data: string;
            signed_data: string;
          }[];
      };
      total_cost: {
        excl_vat: number;
      };
      total_energy: number;
      total_time: number;
      total_parking_time: number;
      total_reservation_cost?: {
        excl_vat: number;
      };
      remark: string;
      last_updated: string;
    };
    /** @description OCPI 2.2.1, 8.3.3. */
    OcpiConnector: {
      id: string;
      /** @enum {string} */
      standard: "IEC_62196_T2" | "IEC_62196_T1" | "IEC_62196_T2_COMBO" | "IEC_62196_T1_COMBO" | "CHADEMO" | "DOMESTIC_F" | "DOMESTIC_E" | "DOMESTIC_G" | "TESLA_S";
      /** @enum {string} */
      format: "SOCKET" | "CABLE";
      /** @enum {string} */
      power_type: "AC_1_PHASE" | "AC_2_PHASE" | "AC_3_PHASE" | "DC";
      max_voltage: number;
      max_amperage: number;
      max_electric_power: number;
      tariff_ids?: string[];
      last_updated: string;
    };
    /** @description OCPI 2.2.1, 7.3.1. */
    OcpiCredentials: {
      token: string;
      url: string;
      roles: ({
          /** @enum {string} */
          role: "CPO" | "EMSP" | "HUB" | "NAP" | "NSP" | "OTHER" | "SCSP";
          business_details: {
            name: string;
            website?: string;
          };
          country_code: string;
          party_id: string;
        })[];
    };
    /** @description OCPI 2.2.1, 4.1.7, without data. */
    OcpiDone: {
      /** @constant */
      status_code: 1000;
      status_message: string;
      timestamp: string;
    };
    /** @description OCPI 2.2.1, 8.3.2. */
    OcpiEvse: {
      uid: string;
      evse_id: string;
      /** @enum {string} */
      status: "AVAILABLE" | "BLOCKED" | "CHARGING" | "INOPERATIVE" | "OUTOFORDER" | "PLANNED" | "REMOVED" | "RESERVED" | "UNKNOWN";
      connectors: ({
          id: string;
          /** @enum {string} */
          standard: "IEC_62196_T2" | "IEC_62196_T1" | "IEC_62196_T2_COMBO" | "IEC_62196_T1_COMBO" | "CHADEMO" | "DOMESTIC_F" | "DOMESTIC_E" | "DOMESTIC_G" | "TESLA_S";
          /** @enum {string} */
          format: "SOCKET" | "CABLE";
          /** @enum {string} */
          power_type: "AC_1_PHASE" | "AC_2_PHASE" | "AC_3_PHASE" | "DC";
          max_voltage: number;
          max_amperage: number;
          max_electric_power: number;
          tariff_ids?: string[];
          last_updated: string;
        })[];
      last_updated: string;
    };
    OcpiForeignCredentials: {
      token: string;
      /** Format: uri */
      url: string;
      roles: ({
          /** @enum {string} */
          role: "CPO" | "EMSP" | "HUB" | "NAP" | "NSP" | "OTHER" | "SCSP";
          business_details: {
            name: string;
            [key: string]: unknown;
          };
          country_code: string;
          party_id: string;
          [key: string]: unknown;
        })[];
      [key: string]: unknown;
    };
    /** @description OCPI 2.2.1, 8.3.1. Its coordinates are the centre of an H3 cell. */
    OcpiLocation: {
      country_code: string;
      party_id: string;
      id: string;
      publish: boolean;
      address: string;
      city: string;
      country: string;
      coordinates: {
        latitude: string;
        longitude: string;
      };
      /** @constant */
      parking_type: "ON_DRIVEWAY";
      evses: ({
          uid: string;
          evse_id: string;
          /** @enum {string} */
          status: "AVAILABLE" | "BLOCKED" | "CHARGING" | "INOPERATIVE" | "OUTOFORDER" | "PLANNED" | "REMOVED" | "RESERVED" | "UNKNOWN";
          connectors: ({
              id: string;
              /** @enum {string} */
              standard: "IEC_62196_T2" | "IEC_62196_T1" | "IEC_62196_T2_COMBO" | "IEC_62196_T1_COMBO" | "CHADEMO" | "DOMESTIC_F" | "DOMESTIC_E" | "DOMESTIC_G" | "TESLA_S";
              /** @enum {string} */
              format: "SOCKET" | "CABLE";
              /** @enum {string} */
              power_type: "AC_1_PHASE" | "AC_2_PHASE" | "AC_3_PHASE" | "DC";
              max_voltage: number;
              max_amperage: number;
              max_electric_power: number;
              tariff_ids?: string[];
              last_updated: string;
            })[];
          last_updated: string;
        })[];
      operator: {
        name: string;
        website?: string;
      };
      time_zone: string;
      opening_times?: {
        twentyfourseven: boolean;
        regular_hours?: {
            weekday: number;
            period_begin: string;
            period_end: string;
          }[];
      };
      /** @constant */
      charging_when_closed?: false;
      last_updated: string;
    };
    /** @description OCPI 2.2.1, 5: the status code says which kind of refusal. */
    OcpiRefusal: {
      status_code: number;
      status_message: string;
      timestamp: string;
    };
    /** @description OCPI 2.2.1, 11.3.1. */
    OcpiTariff: {
      country_code: string;
      party_id: string;
      id: string;
      currency: string;
      /** @constant */
      type: "REGULAR";
      tariff_alt_text: {
          /** @constant */
          language: "en";
          text: string;
        }[];
      elements: ({
          price_components: ({
              /** @enum {string} */
              type: "ENERGY" | "FLAT" | "PARKING_TIME" | "TIME";
              price: number;
              step_size: number;
            })[];
          restrictions?: {
            /** @constant */
            reservation: "RESERVATION_EXPIRES";
          };
        })[];
      last_updated: string;
    };
    /** @description An event of the market, which nobody can delete. */
    OnLedger: {
      event: string;
      /**
       * @description Whose act writes it: of the driver, of the host, of the host’s agent, of either of them or anybody.
       * @enum {string}
       */
      by: "DRIVER" | "HOST" | "AGENT" | "ANYONE" | "MARKET";
      fields: string[];
    };
    /** @description The agent’s consent to be listed by this host. */
    Pairing: {
      agentKey: `0x${string}`;
      listingId: `0x${string}`;
      offer: {
        code: string;
        connector: `0x${string}`;
        chargePointVendor: string;
        chargePointModel: string;
        maxPowerW: number;
        /** @enum {string} */
        connectorStandard: "UNKNOWN" | "IEC_62196_T2" | "IEC_62196_T1" | "IEC_62196_T2_COMBO" | "IEC_62196_T1_COMBO" | "CHADEMO" | "DOMESTIC_F" | "DOMESTIC_E" | "DOMESTIC_G" | "TESLA_S";
        /** @enum {string} */
        powerType: "UNKNOWN" | "AC_1_PHASE" | "AC_2_PHASE" | "AC_3_PHASE" | "DC";
        meterKey: `0x${string}`;
        /** @enum {string} */
        meterAlgorithm: "none" | "ECDSA-secp256r1-SHA256" | "ECDSA-secp256k1-SHA256";
      };
      consentValidUntil: components["schemas"]["UnixSeconds"];
      agentConsent: `0x${string}`;
    };
    Photo: {
      /** @description SHA-256 of the bytes. */
      photoId: `0x${string}`;
      listingId: `0x${string}` | null;
      /** @enum {string} */
      contentType: "image/jpeg" | "image/png" | "image/webp";
      width: number;
      height: number;
      sizeBytes: number;
    };
    Photos: {
      photos: components["schemas"]["Photo"][];
    };
    /** @description RFC 9457. `code` tells problems apart and never changes its meaning. */
    Problem: {
      /** @constant */
      type: "about:blank";
      title: string;
      status: number;
      detail: string;
      code: string;
      remedy: string;
      /** @description Of `input.invalid`: each field that breaks a rule. */
      errors?: {
          path: string;
          rule: string;
        }[];
      [key: string]: unknown;
    };
    /** @description What an account says of itself. Nobody has checked it. */
    Profile: {
      name: string;
      about: string;
      /** @description A photo of the same account. */
      photoId: `0x${string}` | null;
      /** @description Null where the account states none. */
      vat: components["schemas"]["Vat"] | null;
      account: `0x${string}`;
      /** @description Null where the account has written none. */
      updatedAt: components["schemas"]["UnixSeconds"] | null;
      messageKey: components["schemas"]["MessageKey"] | null;
    };
    PushKey: {
      publicKey: string | null;
    };
    Quotes: {
      quotes: ({
          charger: components["schemas"]["ChargerSummary"];
          /**
           * @description What can be proved of a charge there, as a filter takes it.
           * @enum {string}
           */
          assuranceLevel: "agent-signed" | "meter-signed" | "key-attested";
          /** @description What was asked for, or what the charger gives in the time that was. */
          energyWh: number;
          /** @description Energy, time while it charges, and flat fee, rounded as the ledger does. No overstay. */
          cost: components["schemas"]["Amount"];
          startsAt: components["schemas"]["UnixSeconds"];
          /** @description When the charge has its energy at full power. */
          finishesAt: components["schemas"]["UnixSeconds"];
          /** @description To the centre of the charger’s cell, along the great circle. */
          distanceM: number;
          /** @description The slots to book for it. */
          firstSlot: number;
          slotCount: number;
        })[];
      /** @description Less than was asked for where there are very many chargers. */
      searchedRadiusM: number;
    };
    /** @description What a driver says of a finished booking. */
    Rating: {
      stars: number;
      comment: string;
      ratedAt: components["schemas"]["UnixSeconds"];
      /** @description EIP-712 `Rating`, by the driver’s account. */
      signature: `0x${string}`;
      bookingId: `0x${string}`;
      driver: `0x${string}`;
    };
    /** @description Of the newest 500 ratings. */
    RatingSummary: {
      ratings: number;
      distinctDrivers: number;
      /** @description Drivers whose money came from the same account count once, and those paid by the host not at all. */
      independentPayers: number;
      /** @description Hundredths of a star: the newest rating of each independent payer, rounded down. */
      averageHundredths: number | null;
    };
    Readiness: {
      /** @enum {string} */
      status: "ready" | "notReady";
      checks: {
        process: {
          /** @enum {string} */
          status: "ok" | "warn" | "fail";
          reason?: string;
        };
        database: {
          /** @enum {string} */
          status: "ok" | "warn" | "fail";
          reason?: string;
        };
        ledger: {
          /** @enum {string} */
          status: "ok" | "warn" | "fail";
          reason?: string;
        };
        index: {
          /** @enum {string} */
          status: "ok" | "warn" | "fail";
          reason?: string;
        };
        relayer: {
          /** @enum {string} */
          status: "ok" | "warn" | "fail";
          reason?: string;
        };
        proxy: {
          /** @enum {string} */
          status: "ok" | "warn" | "fail";
          reason?: string;
        };
      };
    };
    /** @description What agent and driver sign. Energy counts from the booking’s start. */
    Reading: {
      bookingId: `0x${string}`;
      seq: number;
      energyWh: number;
      beganAt: number;
      endedAt: number;
      overstaySec: number;
      isFinal: boolean;
      evidenceHash: `0x${string}`;
      registersCommitment: `0x${string}`;
    };
    RelayFees: {
      relayer: `0x${string}`;
      validUntil: components["schemas"]["UnixSeconds"];
      fees: ({
          functionName: string;
          /** @description Measured. */
          gas: number;
          /** @description Relay fee to sign; 0 where the operator pays; null where the call is not relayed at present. */
          fee: components["schemas"]["Amount"] | null;
          /** @description Name of what the operator gives away for such calls. */
          allowance: string | null;
        })[];
    };
    /** @description A call that was handed in, and how far it is. */
    RelayedCall: {
      /** @description Hash of contract and call: the same for the same call. */
      id: `0x${string}`;
      /**
       * @description DONE and REVERTED: mined. REFUSED: the ledger would not take it any more, and it was not sent.
       * @enum {string}
       */
      status: "QUEUED" | "SENT" | "DONE" | "REVERTED" | "REFUSED";
      /** @description The newest transaction that carries the call, with others in a batch, or the one that was mined. */
      transactionHash: `0x${string}` | null;
      blockNumber: number | null;
      error: {
        name: string;
        args: {
          [key: string]: string;
        };
      } | null;
    };
    SentTransaction: {
      transactionHash: `0x${string}`;
    };
    Session: {
      /** @enum {string} */
      state: "WAITING_FOR_PLUG" | "STARTING" | "CHARGING" | "PAUSED" | "SUSPENDED_EV" | "SUSPENDED_EVSE" | "FINISHED" | "SETTLED";
      powerW: number;
      /** @description A code that this version or only a newer agent knows; null where the state says it all. */
      detail: ({
        code: string;
        params: {
          [key: string]: string | number | boolean | null;
        };
      }) | null;
      /** @enum {string} */
      assuranceLevel: "agent-signed" | "meter-signed" | "key-attested";
      /** @description What must be allowed or co-signed so that the charge goes on; null while nothing. */
      neededCost: components["schemas"]["Amount"] | null;
      at: components["schemas"]["UnixSeconds"];
    };
    /** @description A whole charge at a simulated home, to be watched. */
    ShownCharge: {
      id: string;
      /** @enum {string} */
      state: "RUNNING" | "DONE" | "FAILED";
      listingId: `0x${string}`;
      steps: ({
          /** @description Since it began. */
          atMs: number;
          /** @enum {string} */
          side: "DRIVER" | "HOST" | "LEDGER";
          /** @enum {string} */
          code: "ARRIVES" | "FUNDED" | "SIGNED_BOOKING" | "LOCKED" | "EXPECTS" | "PLUGGED_IN" | "STARTED" | "GIVES_POWER" | "SIGNED_READING" | "COSIGNED" | "ALLOWED" | "STOPPED" | "UNPLUGGED" | "SIGNED_FINAL" | "PAID" | "REFUNDED";
          amount?: components["schemas"]["Amount"];
          energyWh?: number;
          seq?: number;
          transactionHash?: `0x${string}`;
        })[];
    };
    Statistics: {
      chargers: number;
      liveChargers: number;
      daily: {
          /** @description UTC. */
          day: string;
          completedSessions: number;
          energyWh: number;
        }[];
    };
    Subscribed: {
      /** @description Secret: who knows it can read its state and end it. */
      subscriptionId: `0x${string}`;
      /** @description Of a webhook: the key of its signatures, as Standard Webhooks writes it (whsec_…). */
      secret: string | null;
    };
    SubscriptionState: {
      /** @enum {string} */
      channel: "WEBHOOK" | "PUSH";
      /** @description Null while it goes on. */
      endedBecause: ("GIVEN_UP" | "GONE" | "BOOKING_OVER") | null;
      /** @description Events that are not delivered yet. */
      waiting: number;
      /** @description Events that were left out because too many waited. */
      missed: number;
      /** @description Deliveries that failed in a row. */
      failures: number;
      /** @description Null while nothing waits. */
      nextTryAt: components["schemas"]["UnixSeconds"] | null;
    };
    /** @description What a booking pins: parties and packed terms, as the contracts take them. */
    Terms: {
      host: `0x${string}`;
      agentKey: `0x${string}`;
      tariff: `0x${string}`;
      bookingTerms: `0x${string}`;
      metering: `0x${string}`;
      meterKeyHash: `0x${string}`;
    };
    /** @description TileJSON 3.0. */
    TileJson: {
      /** @constant */
      tilejson: "3.0.0";
      /** @description Paths on this server, with a version that changes with the tiles. */
      tiles: string[];
      minzoom: number;
      maxzoom: number;
      /** @description HTML: who must be named where the tiles are shown. */
      attribution: string;
      vector_layers: {
          id: string;
          fields: {
            [key: string]: string;
          };
        }[];
    };
    Towns: {
      places: {
          name: string;
          /** @description ISO 3166-1 alpha-2. */
          country: string;
          /** @description Degrees, as decimal text. */
          latitude: string;
          /** @description Degrees, as decimal text. */
          longitude: string;
          population: number;
        }[];
    };
    /** @description Unix seconds. */
    UnixSeconds: number;
    /** @description What a host states of VAT. Nobody has checked it. */
    Vat: {
      /** @description Hundredths of a percent, included in all prices. */
      basisPoints: number;
      /** @description The host’s VAT or tax number, as receipts name it. */
      number: string;
      /** @description It counts for what was booked from then on. */
      since: components["schemas"]["UnixSeconds"];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}

export type $defs = Record<string, never>;

export type external = Record<string, never>;

export interface operations {

  /** Whether everything works that this server needs */
  getHealth: {
    responses: {
      /** @description All of it works. */
      200: {
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description Something does not; the answer says what. */
      503: {
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Whether this process shall get requests
   * @description A warning is for the operator: requests are answered all the same.
   */
  getReadiness: {
    responses: {
      /** @description It shall. */
      200: {
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description It stops, its database is away, or its index is behind or in doubt. */
      503: {
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** This document */
  getApiDocument: {
    responses: {
      /** @description OpenAPI 3.1. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            openapi: "3.1.0";
            [key: string]: unknown;
          };
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Chain, market, token, and what this server offers */
  getConfig: {
    responses: {
      /** @description What a client reads first. */
      200: {
        content: {
          "application/json": components["schemas"]["Config"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** The ledger’s newest block, and how far it is indexed */
  getLedgerHead: {
    responses: {
      /** @description Head of the ledger and of the index. */
      200: {
        content: {
          "application/json": components["schemas"]["LedgerHead"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Chargers in a box, or of a host
   * @description By `bbox` or by `host`. Filters go with `bbox` alone. As GeoJSON where `Accept: application/geo+json` asks for it.
   */
  listChargers: {
    parameters: {
      query?: {
        /** @description west,south,east,north in degrees. Where west is greater than east the box crosses the antimeridian. */
        bbox?: string;
        /** @description Instead of a box: all chargers of this host. */
        host?: `0x${string}`;
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string | `0x${string}`;
        /** @description OCPI connector standards with commas between. */
        connector?: string;
        minPowerW?: string;
        maxPricePerKwh?: string;
        /** @description A listing with a registered meter key is `meter-signed`; `key-attested` is known of a session only. */
        assurance?: "agent-signed" | "meter-signed" | "key-attested";
        /** @description Available, and bookable at once. */
        free?: "now";
        /** @description With `freeUntil`: one booking could hold the charger all that time. */
        freeFrom?: string;
        freeUntil?: string;
      };
    };
    responses: {
      /** @description A page of chargers. */
      200: {
        content: {
          "application/json": components["schemas"]["ChargerPage"];
          "application/geo+json": components["schemas"]["ChargerFeatures"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** A charger: terms, hours, free slots, and record */
  getCharger: {
    parameters: {
      path: {
        listingId: `0x${string}`;
      };
    };
    responses: {
      /** @description The charger as it is now. */
      200: {
        content: {
          "application/json": components["schemas"]["ChargerDetail"];
        };
      };
      /** @description A problem: charger.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "charger.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * What a charge would cost around a place, and when
   * @description A quote binds nobody: the ledger decides as it is booked.
   */
  listQuotes: {
    parameters: {
      query: {
        latitude: string;
        longitude: string;
        energyWh: string;
        /** @description The most that the car takes. */
        powerW?: string;
        /** @description Unix seconds: a charger that cannot have the energy in the car by then is left out. */
        by?: string;
        /** @description How long the car stays: the energy is then at most what the charger gives in this time. */
        durationSec?: string;
        /** @description Unix seconds: no charge begins before. */
        from?: string;
        /** @description OCPI connector standards with commas between. */
        connector?: string;
        minPowerW?: string;
        maxPricePerKwh?: string;
        /** @description A listing with a registered meter key is `meter-signed`; `key-attested` is known of a session only. */
        assurance?: "agent-signed" | "meter-signed" | "key-attested";
        /** @description Available by its agent’s word. When it is free says `startsAt`. */
        free?: "now";
        /** @description Kilometres, at most 100. */
        radiusKm?: string;
        sort?: "cost" | "finish" | "distance";
        limit?: string;
      };
    };
    responses: {
      /** @description The best quotes. */
      200: {
        content: {
          "application/json": components["schemas"]["Quotes"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Changes of the map, as server-sent events
   * @description `Last-Event-ID` brings what was missed in the box.
   */
  watchMap: {
    parameters: {
      query?: {
        /** @description Everywhere where it is left out. */
        bbox?: string;
      };
    };
    responses: {
      /** @description Events. */
      200: {
        content: {
          "text/event-stream": components["schemas"]["MapEvent"];
        };
      };
      /** @description A problem: streams.tooMany. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "streams.tooMany";
          });
        };
      };
    };
  };
  /** TileJSON of the basemap, with its credits */
  getBasemapTileJson: {
    responses: {
      /** @description TileJSON 3.0. */
      200: {
        content: {
          "application/json": components["schemas"]["TileJson"];
        };
      };
      /** @description A problem: basemap.notBuilt. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "basemap.notBuilt" | "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Land, borders, cities, and cells of the map */
  getBasemapTile: {
    parameters: {
      query?: {
        /** @description With its version a tile never changes. */
        v?: string;
      };
      path: {
        z: string;
        x: string;
        y: string;
      };
    };
    responses: {
      /** @description A Mapbox vector tile (2.1). */
      200: {
        content: {
          "application/vnd.mapbox-vector-tile": string;
        };
      };
      /** @description A problem: basemap.notBuilt. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "basemap.notBuilt" | "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Chargers, right within a second of a change
   * @description Layer `chargers`, or `clusters` in fuller tiles. A tile without chargers has no bytes.
   */
  getChargerTile: {
    parameters: {
      path: {
        z: string;
        x: string;
        y: string;
      };
    };
    responses: {
      /** @description A Mapbox vector tile (2.1). */
      200: {
        content: {
          "application/vnd.mapbox-vector-tile": string;
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** TileJSON of other operators’ locations */
  getForeignTileJson: {
    responses: {
      /** @description TileJSON 3.0. */
      200: {
        content: {
          "application/json": components["schemas"]["TileJson"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Other operators’ locations */
  getForeignTile: {
    parameters: {
      path: {
        z: string;
        x: string;
        y: string;
      };
    };
    responses: {
      /** @description A Mapbox vector tile (2.1). */
      200: {
        content: {
          "application/vnd.mapbox-vector-tile": string;
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Towns by name
   * @description Each word of a name may begin so; accents, case and punctuation do not count.
   */
  searchTowns: {
    parameters: {
      query: {
        q: string;
        limit?: string;
        /** @description latitude,longitude: towns near it come first. */
        near?: string;
      };
    };
    responses: {
      /** @description The best match first. */
      200: {
        content: {
          "application/json": components["schemas"]["Towns"];
        };
      };
      /** @description A problem: basemap.notBuilt. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "basemap.notBuilt" | "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** The feeds of other operators that this server reads, and how */
  listForeignFeeds: {
    responses: {
      /** @description Each feed. */
      200: {
        content: {
          "application/json": components["schemas"]["ForeignFeeds"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** A location of another operator */
  getForeignLocation: {
    parameters: {
      path: {
        id: string;
      };
    };
    responses: {
      /** @description The location. */
      200: {
        content: {
          "application/json": components["schemas"]["ForeignLocation"];
        };
      };
      /** @description A problem: foreign.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "foreign.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * A booking as the ledger has it
   * @description With the state to hand back in the next call to the ledger.
   */
  getBooking: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    responses: {
      /** @description The booking. */
      200: {
        content: {
          "application/json": components["schemas"]["Booking"];
        };
      };
      /** @description A problem: booking.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Hands the start secret to the agent, sealed */
  startCharging: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          envelope: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description The agent took it in. */
      202: {
        content: {
          "application/json": components["schemas"]["Accepted"];
        };
      };
      /** @description A problem: booking.notOpen, watch.missing, watch.expired, booking.unknown, signature.notSessionKey, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /** Co-signs a reading that the agent sent */
  cosignReading: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          seq: number;
          signature: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description The agent took it in. */
      202: {
        content: {
          "application/json": components["schemas"]["Accepted"];
        };
      };
      /** @description A problem: reading.unknown, booking.unknown, signature.notSessionKey, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /**
   * Raises what the agent’s final word may cost
   * @description The highest raise is kept, and forwarded at once or when the agent connects again.
   */
  raiseAllowance: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Allowance"];
      };
    };
    responses: {
      /** @description The agent took it in. */
      202: {
        content: {
          "application/json": components["schemas"]["Accepted"];
        };
      };
      /** @description A problem: booking.ended, booking.unknown, signature.notSessionKey, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /** Asks the agent to end the charge */
  stopCharging: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          signature: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description The agent took it in. */
      202: {
        content: {
          "application/json": components["schemas"]["Accepted"];
        };
      };
      /** @description A problem: booking.unknown, signature.notSessionKey, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /** A booking and its session, as server-sent events */
  watchBooking: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    responses: {
      /** @description Events. */
      200: {
        content: {
          "text/event-stream": components["schemas"]["LiveEvent"];
        };
      };
      /** @description A problem: watch.missing, watch.expired, booking.unknown, signature.notSessionKey, streams.tooMany. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signature.notSessionKey" | "streams.tooMany" | "watch.expired" | "watch.missing";
          });
        };
      };
    };
  };
  /** What the agent has to say to the driver, newest first */
  listBookingNotices: {
    parameters: {
      query?: {
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    responses: {
      /** @description Notices. */
      200: {
        content: {
          "application/json": components["schemas"]["NoticesPage"];
        };
      };
      /** @description A problem: watch.missing, watch.expired, booking.unknown, signature.notSessionKey. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signature.notSessionKey" | "watch.expired" | "watch.missing";
          });
        };
      };
    };
  };
  /**
   * The exact location, sealed to the session key
   * @description While the agent is offline, what it sent before.
   */
  requestHandover: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          signature: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description Sealed. */
      200: {
        content: {
          "application/json": components["schemas"]["Handover"];
        };
      };
      /** @description A problem: handover.noAnswer, booking.unknown, signature.notSessionKey, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /**
   * The host’s consent to an early handover
   * @description The agent checks that the booking’s host signed.
   */
  approveHandover: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          signature: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description The agent took it in. */
      202: {
        content: {
          "application/json": components["schemas"]["Accepted"];
        };
      };
      /** @description A problem: booking.unknown, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /**
   * Hands the exact location to the agent, sealed
   * @description The agent accepts only what its listing commits to. Nothing is stored here.
   */
  sendLocation: {
    parameters: {
      path: {
        listingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          envelope: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description The agent took it in. */
      202: {
        content: {
          "application/json": components["schemas"]["Accepted"];
        };
      };
      /** @description A problem: listing.unknown, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /**
   * Older name of `location`
   * @deprecated
   */
  sendPlace: {
    parameters: {
      path: {
        listingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          envelope: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description The agent took it in. */
      202: {
        content: {
          "application/json": components["schemas"]["Accepted"];
        };
      };
      /** @description A problem: listing.unknown, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /** A nonce for a sign-in message */
  getNonce: {
    responses: {
      /** @description It holds for 10 minutes. */
      200: {
        content: {
          "application/json": {
            nonce: string;
          };
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Signs in with Ethereum (ERC-4361)
   * @description Sets the cookie of the session.
   */
  signIn: {
    requestBody: {
      content: {
        "application/json": {
          message: string;
          /** @description Over the EIP-191 hash of the message, as the ledger takes it: ECDSA, ERC-1271 or ERC-7913 (passkeys). */
          signature: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description Who signed in. */
      200: {
        content: {
          "application/json": {
            address: `0x${string}`;
          };
        };
      };
      /** @description A problem: host.unknown, signIn.chain, signIn.domain, signIn.expired, signIn.issuedAt, signIn.malformed, signIn.noExpiry, signIn.nonce, signIn.notYet, signIn.signature, signIn.unread, signIn.uri. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.chain" | "signIn.domain" | "signIn.expired" | "signIn.issuedAt" | "signIn.malformed" | "signIn.noExpiry" | "signIn.nonce" | "signIn.notYet" | "signIn.signature" | "signIn.unread" | "signIn.uri";
          });
        };
      };
    };
  };
  /** Ends the session */
  signOut: {
    responses: {
      /** @description It has ended. */
      204: {
        content: never;
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Ends the sessions of the signed-in account on all devices */
  signOutEverywhere: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    responses: {
      /** @description How many there were. */
      200: {
        content: {
          "application/json": {
            ended: number;
          };
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Bookings of the signed-in driver, newest first */
  listMyBookings: {
    parameters: {
      query?: {
        account?: string;
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
      };
    };
    responses: {
      /** @description Bookings. */
      200: {
        content: {
          "application/json": components["schemas"]["Bookings"];
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** What the agents have to say to the signed-in host, newest first */
  listMyNotices: {
    parameters: {
      query?: {
        account?: string;
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
      };
    };
    responses: {
      /** @description Notices. */
      200: {
        content: {
          "application/json": components["schemas"]["NoticesPage"];
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Health of the signed-in host’s connectors */
  getMyHealth: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    responses: {
      /** @description Each listed connector. */
      200: {
        content: {
          "application/json": components["schemas"]["HostHealth"];
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Open bookings of the signed-in host’s chargers, the next one first */
  listHosted: {
    parameters: {
      query?: {
        account?: string;
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
      };
    };
    responses: {
      /** @description Bookings. */
      200: {
        content: {
          "application/json": components["schemas"]["HostedBookings"];
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /**
   * The agent’s consent to list its connector
   * @description With the code that the agent shows, a host proves access to the connector.
   */
  pairCharger: {
    requestBody: {
      content: {
        "application/json": {
          code: string;
          host: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description What to publish. */
      200: {
        content: {
          "application/json": components["schemas"]["Pairing"];
        };
      };
      /** @description A problem: pairing.unknown, pairing.badConsent, agent.busy, agent.offline, agent.timeout. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & {
            code?: string;
          };
        };
      };
    };
  };
  /**
   * Hand in a signed call, whose gas the relayer pays
   * @description The call is kept before it is sent. The same call gets the same answer, however often it is handed in. What the call did is told by `GET /relay/{id}`.
   */
  relayCall: {
    requestBody: {
      content: {
        "application/json": {
          to: `0x${string}`;
          data: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description It has a transaction. */
      200: {
        content: {
          "application/json": components["schemas"]["RelayedCall"];
        };
      };
      /** @description It is kept, and sent later. */
      202: {
        content: {
          "application/json": components["schemas"]["RelayedCall"];
        };
      };
      /** @description A problem: relay.notMarket, relay.notAllowed, relay.malformed, relay.reverted, relay.feeTooLow, relay.unpaid, relay.quota, relay.outOfGas, relay.unavailable. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "relay.feeTooLow" | "relay.malformed" | "relay.notAllowed" | "relay.notMarket" | "relay.outOfGas" | "relay.quota" | "relay.reverted" | "relay.unavailable" | "relay.unpaid" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Tell what relaying costs, before anything is signed */
  readRelayFees: {
    responses: {
      /** @description The fee of each call. */
      200: {
        content: {
          "application/json": components["schemas"]["RelayFees"];
        };
      };
      /** @description A problem: relay.unavailable. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "relay.unavailable" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Read how far a call is that was handed in */
  readRelayedCall: {
    parameters: {
      path: {
        callId: `0x${string}`;
      };
    };
    responses: {
      /** @description The call. */
      200: {
        content: {
          "application/json": components["schemas"]["RelayedCall"];
        };
      };
      /** @description A problem: relay.unknown, relay.unavailable. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "relay.unavailable" | "relay.unknown" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Reads how far the charge is that is shown */
  readShownCharge: {
    responses: {
      /** @description The newest; null before the first. */
      200: {
        content: {
          "application/json": components["schemas"]["ShownCharge"] | null;
        };
      };
      /** @description A problem: town.unreachable. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "town.unreachable";
          });
        };
      };
    };
  };
  /**
   * Begins a whole charge at a simulated home, to be watched
   * @description One at a time: while one is under way, it is that one.
   */
  beginShownCharge: {
    requestBody: {
      content: {
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description It is under way. */
      202: {
        content: {
          "application/json": components["schemas"]["ShownCharge"];
        };
      };
      /** @description A problem: town.unreachable. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "town.unreachable";
          });
        };
      };
    };
  };
  /** Demo money, on the local ledger only */
  giveDemoMoney: {
    requestBody: {
      content: {
        "application/json": {
          account: `0x${string}`;
          /** @description false: tokens alone. A relayer pays the gas of signed calls. */
          gas?: boolean;
        };
      };
    };
    responses: {
      /** @description It was sent. */
      200: {
        content: {
          "application/json": components["schemas"]["SentTransaction"];
        };
      };
      /** @description A problem: faucet.unavailable. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "faucet.unavailable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Moves the cable of a simulated wallbox, or shows it a card
   * @description Real wallboxes cannot be reached here. `present` shows the card `idTag` to the reader.
   */
  moveWallbox: {
    parameters: {
      path: {
        connector: string;
        act: "plug" | "unplug" | "present";
      };
    };
    requestBody: {
      content: {
        "application/json": {
          idTag?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        content: {
          "application/json": Record<string, never>;
        };
      };
      /** @description A problem: wallbox.notFound, wallbox.unreachable. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "wallbox.notFound" | "wallbox.unreachable";
          });
        };
      };
    };
  };
  /** What an account says of itself */
  getProfile: {
    parameters: {
      path: {
        account: `0x${string}`;
      };
    };
    responses: {
      /** @description Empty where it says nothing. */
      200: {
        content: {
          "application/json": components["schemas"]["Profile"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Says something of the signed-in account, to everybody */
  putProfile: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          name: string;
          about: string;
          /** @description A photo of the same account. */
          photoId: `0x${string}` | null;
          /** @description Left out or null: none. */
          vat?: {
            /** @description Hundredths of a percent, included in all prices. */
            basisPoints: number;
            /** @description The host’s VAT or tax number, as receipts name it. */
            number: string;
          } | null;
        };
      };
    };
    responses: {
      /** @description The profile. */
      200: {
        content: {
          "application/json": components["schemas"]["Profile"];
        };
      };
      /** @description A problem: signIn.missing, photo.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "photo.unknown" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Deletes the profile of the signed-in account */
  deleteProfile: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    responses: {
      /** @description It is gone. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** The key to which messages for the signed-in account are sealed */
  putMessageKey: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["MessageKey"];
      };
    };
    responses: {
      /** @description It is in the profile. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing, signature.notAccount, messageKey.malformed. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "messageKey.malformed" | "route.unknown" | "server.failed" | "signIn.missing" | "signature.notAccount";
          });
        };
      };
    };
  };
  /** Photos of the signed-in account */
  listMyPhotos: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    responses: {
      /** @description At most 20. */
      200: {
        content: {
          "application/json": components["schemas"]["Photos"];
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /**
   * Stores a photo, without what a camera writes beside the picture
   * @description JPEG, PNG or WebP by its content. Location, device, time, thumbnail and comments are left out before it is stored; of EXIF only the orientation stays. Everybody can read it by its id.
   */
  addPhoto: {
    parameters: {
      query?: {
        account?: string;
        /** @description The charger that it shows, of this host. */
        listingId?: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "image/*": string;
      };
    };
    responses: {
      /** @description The photo. */
      201: {
        content: {
          "application/json": components["schemas"]["Photo"];
        };
      };
      /** @description A problem: signIn.missing, listing.notHost, photo.animated, photo.malformed, photo.tooLarge, photo.tooMany, photo.type. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "listing.notHost" | "photo.animated" | "photo.malformed" | "photo.tooLarge" | "photo.tooMany" | "photo.type" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Deletes a photo of the signed-in account */
  deletePhoto: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        photoId: `0x${string}`;
      };
    };
    responses: {
      /** @description It is gone. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Photos of a charger, by its host */
  listPhotosOfCharger: {
    parameters: {
      path: {
        listingId: `0x${string}`;
      };
    };
    responses: {
      /** @description At most 20. */
      200: {
        content: {
          "application/json": components["schemas"]["Photos"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** The bytes of a photo */
  getPhoto: {
    parameters: {
      path: {
        photoId: `0x${string}`;
      };
    };
    responses: {
      /** @description The picture. */
      200: {
        content: {
          "image/*": string;
        };
      };
      /** @description A problem: photo.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "photo.unknown" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Rates a finished booking
   * @description One per booking. A later one takes its place.
   */
  putRating: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          stars: number;
          comment: string;
          ratedAt: components["schemas"]["UnixSeconds"];
          /** @description EIP-712 `Rating`, by the driver’s account. */
          signature: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description The rating. */
      200: {
        content: {
          "application/json": components["schemas"]["Rating"];
        };
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notDriver, booking.notFinished, rating.older, rating.time, signature.notAccount. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notDriver" | "booking.notFinished" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "rating.older" | "rating.time" | "route.unknown" | "server.failed" | "signIn.missing" | "signature.notAccount";
          });
        };
      };
    };
  };
  /** Takes a rating back */
  deleteRating: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    responses: {
      /** @description It is gone. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notDriver. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notDriver" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Ratings of a charger, newest first */
  listRatings: {
    parameters: {
      query?: {
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
      };
      path: {
        listingId: `0x${string}`;
      };
    };
    responses: {
      /** @description Ratings, and what they come to. */
      200: {
        content: {
          "application/json": {
            summary: components["schemas"]["RatingSummary"];
            ratings: components["schemas"]["Rating"][];
            /** @description Give it back for the next page; null at the end. */
            cursor: string | null;
          };
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Reports a fault of the charger to its host, and on the map
   * @description By the booking’s driver, from its slot until a week after it. The map shows the kind alone.
   */
  reportFault: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {string} */
          kind: "NO_POWER" | "CONNECTOR_DAMAGED" | "CABLE_LOCKED" | "ACCESS_BLOCKED" | "WRONG_LOCATION" | "UNSAFE" | "OTHER";
          comment: string;
        };
      };
    };
    responses: {
      /** @description The report. */
      201: {
        content: {
          "application/json": components["schemas"]["Fault"];
        };
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notDriver, fault.time, fault.reported. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notDriver" | "booking.unknown" | "database.unreachable" | "fault.reported" | "fault.time" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Takes a report back */
  withdrawFault: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        faultId: `0x${string}`;
      };
    };
    responses: {
      /** @description It is gone. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing, fault.unknown, fault.notReporter. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "fault.notReporter" | "fault.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** The host says that a fault is repaired */
  resolveFault: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        faultId: `0x${string}`;
      };
    };
    responses: {
      /** @description The fault. */
      200: {
        content: {
          "application/json": components["schemas"]["HostFault"];
        };
      };
      /** @description A problem: signIn.missing, fault.unknown, listing.notHost. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "fault.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "listing.notHost" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Faults of a charger within 90 days, newest first */
  listFaultsOfCharger: {
    parameters: {
      path: {
        listingId: `0x${string}`;
      };
    };
    responses: {
      /** @description At most 50. */
      200: {
        content: {
          "application/json": {
            faults: components["schemas"]["Fault"][];
          };
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Faults of the signed-in host’s chargers, newest first */
  listMyFaults: {
    parameters: {
      query?: {
        account?: string;
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
      };
    };
    responses: {
      /** @description Faults. */
      200: {
        content: {
          "application/json": {
            faults: components["schemas"]["HostFault"][];
            /** @description Give it back for the next page; null at the end. */
            cursor: string | null;
          };
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** The salt and the bundle, for the parties and those with whom they share */
  readEvidence: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
        evidenceHash: `0x${string}`;
      };
    };
    responses: {
      /** @description As it was handed in. */
      200: {
        content: {
          "application/octet-stream": string;
        };
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notParty, evidence.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notParty" | "booking.unknown" | "database.unreachable" | "evidence.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /**
   * The agent hands in the evidence bundle of a session
   * @description Bytes: the salt, 32 bytes, then the bundle as the agent wrote it (docs/evidence.md). `Authorization: Plugpact-Evidence <validUntil>.<signature>`, EIP-712 `EvidenceUpload` by the booking’s agent key, valid for at most 10 minutes. Where the ledger has a final reading, its evidence hash alone is taken.
   */
  putEvidence: {
    parameters: {
      path: {
        bookingId: `0x${string}`;
        evidenceHash: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/octet-stream": string;
      };
    };
    responses: {
      /** @description It is stored. */
      201: {
        content: {
          "application/json": {
            sizeBytes: number;
          };
        };
      };
      /** @description A problem: booking.unknown, evidence.hash, evidence.malformed, evidence.notOfReading, evidence.tooLarge, signature.expired, signature.missing, signature.notAgent. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.unknown" | "database.unreachable" | "evidence.hash" | "evidence.malformed" | "evidence.notOfReading" | "evidence.tooLarge" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signature.expired" | "signature.missing" | "signature.notAgent";
          });
        };
      };
    };
  };
  /** Whether there is a bundle, and with whom the signed-in party shares it */
  getEvidence: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    responses: {
      /** @description What is stored. */
      200: {
        content: {
          "application/json": components["schemas"]["Evidence"];
        };
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notParty, evidence.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notParty" | "booking.unknown" | "database.unreachable" | "evidence.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** The host deletes bundle, salt and shares */
  deleteEvidence: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    responses: {
      /** @description They are gone. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notParty, evidence.unknown, booking.notHost. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notHost" | "booking.notParty" | "booking.unknown" | "database.unreachable" | "evidence.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Lets another account read the bundle for a time */
  shareEvidence: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
        account: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          expiresAt: components["schemas"]["UnixSeconds"];
        };
      };
    };
    responses: {
      /** @description The share. */
      200: {
        content: {
          "application/json": {
            sharedBy: `0x${string}`;
            account: `0x${string}`;
            expiresAt: components["schemas"]["UnixSeconds"];
          };
        };
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notParty, evidence.unknown, evidence.shareTime, evidence.tooManyShares. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notParty" | "booking.unknown" | "database.unreachable" | "evidence.shareTime" | "evidence.tooManyShares" | "evidence.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Ends what the signed-in party shares with an account */
  unshareEvidence: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
        account: `0x${string}`;
      };
    };
    responses: {
      /** @description It has ended. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notParty, evidence.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notParty" | "booking.unknown" | "database.unreachable" | "evidence.unknown" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /**
   * Sealed messages between guest and host, oldest first
   * @description For driver and host by the cookie of a sign-in; the driver’s device may send `Authorization: Plugpact-Watch` instead.
   */
  listMessages: {
    parameters: {
      query?: {
        account?: string;
        /** @description Only messages with a greater `seq`. */
        after?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    responses: {
      /** @description At most 200. */
      200: {
        content: {
          "application/json": {
            messages: components["schemas"]["Message"][];
            /** @description Public key of the booking’s session key, once the device has sent it: its address is the one on the ledger. */
            driverKey: `0x${string}` | null;
          };
        };
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notParty, signature.notSessionKey, watch.expired. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.notParty" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing" | "signature.notSessionKey" | "watch.expired";
          });
        };
      };
    };
  };
  /**
   * Sends a message, sealed once to each side
   * @description The driver’s copy is sealed to the session key, the host’s to the message key in the profile. From the booking until 30 days after its end; 200 messages a booking; deleted 90 days after they were sent.
   */
  sendMessage: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        bookingId: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          toDriver: `0x${string}`;
          toHost: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description It is there for the other side. */
      201: {
        content: {
          "application/json": {
            seq: number;
          };
        };
      };
      /** @description A problem: signIn.missing, booking.unknown, booking.notParty, signature.notSessionKey, watch.expired, booking.ended, message.tooMany. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.ended" | "booking.notParty" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "message.tooMany" | "route.unknown" | "server.failed" | "signIn.missing" | "signature.notSessionKey" | "watch.expired";
          });
        };
      };
    };
  };
  /**
   * What the devices of an account keep here, sealed by them
   * @description For the signed-in account, or, with `bookingId`, for the device with the session key of an open booking of the account (`Authorization: Plugpact-Watch`). `ETag` is the version.
   */
  readVault: {
    parameters: {
      query?: {
        account?: string;
        /** @description Whose session key signs, instead of the cookie of a sign-in. */
        bookingId?: `0x${string}`;
      };
      path: {
        account: `0x${string}`;
      };
    };
    responses: {
      /** @description The sealed bytes. */
      200: {
        content: {
          "application/octet-stream": string;
        };
      };
      /** @description A problem: signIn.missing, vault.notOwner, vault.unknown, booking.unknown, booking.ended, signature.notSessionKey, watch.expired, watch.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.ended" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing" | "signature.notSessionKey" | "vault.notOwner" | "vault.unknown" | "watch.expired" | "watch.missing";
          });
        };
      };
    };
  };
  /**
   * Writes the vault of an account, 64 KiB at most
   * @description `version` is one more than the stored one (1 at first): of two devices that write at once, one is refused and reads again. By the cookie, or by `signature` of an open booking’s session key over EIP-712 `VaultWrite` with the keccak256 of the bytes.
   */
  writeVault: {
    parameters: {
      query: {
        account?: string;
        /** @description Whose session key signs, instead of the cookie of a sign-in. */
        bookingId?: `0x${string}`;
        version: string;
        signature?: `0x${string}`;
      };
      path: {
        account: `0x${string}`;
      };
    };
    requestBody: {
      content: {
        "application/octet-stream": string;
      };
    };
    responses: {
      /** @description Stored. */
      200: {
        content: {
          "application/json": {
            version: number;
          };
        };
      };
      /** @description A problem: signIn.missing, vault.notOwner, vault.tooLarge, vault.version, booking.unknown, booking.ended, signature.notSessionKey. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.ended" | "booking.unknown" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing" | "signature.notSessionKey" | "vault.notOwner" | "vault.tooLarge" | "vault.version";
          });
        };
      };
    };
  };
  /** Deletes the vault of the signed-in account */
  deleteVault: {
    parameters: {
      query?: {
        account?: string;
      };
      path: {
        account: `0x${string}`;
      };
    };
    responses: {
      /** @description It is gone. */
      204: {
        content: never;
      };
      /** @description A problem: signIn.missing, vault.notOwner. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing" | "vault.notOwner";
          });
        };
      };
    };
  };
  /** What stands on the ledger for ever and cannot be erased */
  listOnLedger: {
    responses: {
      /** @description Every event of the market. */
      200: {
        content: {
          "application/json": {
            events: components["schemas"]["OnLedger"][];
          };
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** What this server has of the signed-in account */
  countMyData: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    responses: {
      /** @description Rows by table. */
      200: {
        content: {
          "application/json": {
            /** @description Rows of this server that belong to the account, by their table. */
            rows: {
              [key: string]: number;
            };
          };
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /**
   * Deletes all that this server has of the signed-in account, and signs it out everywhere
   * @description What the ledger has stays: `GET /ledger/permanent`. So do readings, which decide about money.
   */
  eraseMyData: {
    parameters: {
      query?: {
        account?: string;
      };
    };
    responses: {
      /** @description The deleted rows by table. */
      200: {
        content: {
          "application/json": {
            /** @description Rows of this server that belong to the account, by their table. */
            rows: {
              [key: string]: number;
            };
          };
        };
      };
      /** @description A problem: signIn.missing. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** How much is lent and charged on this market */
  getStatistics: {
    responses: {
      /** @description The last 30 days, the present one first. */
      200: {
        content: {
          "application/json": components["schemas"]["Statistics"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Where people searched for a charge and found none
   * @description Counted per H3 cell of resolution 5 and day, without who searched; below 5 searches a cell is left out. The present day is not shown.
   */
  getDemand: {
    parameters: {
      query?: {
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
        /** @description Yesterday by default; within 90 days. */
        day?: string;
      };
    };
    responses: {
      /** @description Cells. */
      200: {
        content: {
          "application/json": {
            /** @description UTC. */
            day: string;
            cells: {
                cell: string;
                searchCount: number;
              }[];
            /** @description Give it back for the next page; null at the end. */
            cursor: string | null;
          };
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * How a connector of the signed-in host was within 30 days, newest first
   * @description A row for each change of status or error, and one an hour.
   */
  getHealthHistory: {
    parameters: {
      query?: {
        account?: string;
        limit?: string;
        /** @description Of the answer before. */
        cursor?: string;
      };
      path: {
        listingId: `0x${string}`;
      };
    };
    responses: {
      /** @description States. */
      200: {
        content: {
          "application/json": {
            states: components["schemas"]["ConnectorState"][];
            /** @description Give it back for the next page; null at the end. */
            cursor: string | null;
          };
        };
      };
      /** @description A problem: signIn.missing, listing.notHost. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "listing.notHost" | "route.unknown" | "server.failed" | "signIn.missing";
          });
        };
      };
    };
  };
  /** Versions of OCPI that are spoken here */
  listOcpiVersions: {
    responses: {
      /** @description The versions. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: {
                /** @constant */
                version: "2.2.1";
                url: string;
              }[];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: host.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Endpoints of OCPI 2.2.1 */
  readOcpiVersion: {
    responses: {
      /** @description The endpoints. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": ({
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: {
              /** @constant */
              version: "2.2.1";
              endpoints: ({
                  /** @enum {string} */
                  identifier: "cdrs" | "credentials" | "locations" | "tariffs";
                  /** @constant */
                  role: "SENDER";
                  url: string;
                })[];
            };
          }) | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: host.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Chargers as OCPI locations
   * @description In the order of `last_updated`. `Link` names the next page, `X-Total-Count` counts all, `X-Limit` is the longest page.
   */
  listOcpiLocations: {
    parameters: {
      query?: {
        /** @description Last updated then or later. */
        date_from?: string;
        /** @description Last updated before then. */
        date_to?: string;
        offset?: string;
        limit?: string;
        /** @description Of the header `Link`: goes on behind this object, whatever changed meanwhile. */
        after?: string;
      };
    };
    responses: {
      /** @description A page of locations. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiLocation"][];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** A location */
  readOcpiLocation: {
    parameters: {
      path: {
        location: string;
      };
    };
    responses: {
      /** @description The location. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiLocation"];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** The EVSE of a location */
  readOcpiEvse: {
    parameters: {
      path: {
        location: string;
        evse: string;
      };
    };
    responses: {
      /** @description The EVSE. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiEvse"];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** The connector of an EVSE */
  readOcpiConnector: {
    parameters: {
      path: {
        location: string;
        evse: string;
        connector: "1";
      };
    };
    responses: {
      /** @description The connector. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiConnector"];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Prices of the chargers as OCPI tariffs
   * @description In the order of `last_updated`. `Link` names the next page, `X-Total-Count` counts all, `X-Limit` is the longest page.
   */
  listOcpiTariffs: {
    parameters: {
      query?: {
        /** @description Last updated then or later. */
        date_from?: string;
        /** @description Last updated before then. */
        date_to?: string;
        offset?: string;
        limit?: string;
        /** @description Of the header `Link`: goes on behind this object, whatever changed meanwhile. */
        after?: string;
      };
    };
    responses: {
      /** @description A page of tariffs. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiTariff"][];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Finished sessions as OCPI charge detail records
   * @description In the order of `last_updated`. `Link` names the next page, `X-Total-Count` counts all, `X-Limit` is the longest page. For parties to whom the operator gave a credentials token.
   */
  listOcpiCdrs: {
    parameters: {
      query?: {
        /** @description Last updated then or later. */
        date_from?: string;
        /** @description Last updated before then. */
        date_to?: string;
        offset?: string;
        limit?: string;
        /** @description Of the header `Link`: goes on behind this object, whatever changed meanwhile. */
        after?: string;
      };
    };
    responses: {
      /** @description A page of records. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiCdr"][];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Who this server is, for a registered party */
  readOcpiCredentials: {
    responses: {
      /** @description The credentials. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiCredentials"];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: host.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** Register again, with a new token */
  renewOcpiParty: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["OcpiForeignCredentials"];
      };
    };
    responses: {
      /** @description The credentials. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiCredentials"];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: host.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Register, by the token that the operator gave
   * @description The answer has the token for all requests after this one. Nothing is sent to the other side.
   */
  registerOcpiParty: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["OcpiForeignCredentials"];
      };
    };
    responses: {
      /** @description The credentials. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": {
            /** @constant */
            status_code: 1000;
            status_message: string;
            timestamp: string;
            data: components["schemas"]["OcpiCredentials"];
          } | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: host.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** End the registration */
  unregisterOcpiParty: {
    responses: {
      /** @description It has ended. Or 2001: a parameter breaks a rule. */
      200: {
        content: {
          "application/json": components["schemas"]["OcpiDone"] | components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is no JSON (2001). */
      400: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The credentials token is missing or not known here (2002). */
      401: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description There is no such object (2003). */
      404: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The party is registered already, or is not (2000). */
      405: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A request with this idempotency key is under way (2000). */
      409: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body is too large (2000). */
      413: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The body has another type than JSON (2000). */
      415: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The host is not one of this server (2000). */
      421: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The idempotency key stands for another request (2000). */
      422: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Too many requests (2000). */
      429: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description The server failed (3000). */
      500: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description Not possible at the moment (3000). */
      503: {
        content: {
          "application/json": components["schemas"]["OcpiRefusal"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /**
   * Hear of bookings, messages and notices, by webhook or web push
   * @description Webhooks are signed and retried as Standard Webhooks has it (webhook-id, webhook-timestamp, webhook-signature). A new one is asked first: the endpoint has to answer `subscription.confirm` with 200 and the challenge in the body. Failed deliveries are tried again with growing pauses, about two days in all; then the subscription ends.
   */
  subscribe: {
    requestBody: {
      content: {
        "application/json": {
          to: OneOf<[{
            /** @constant */
            channel: "WEBHOOK";
            /** @description An https URL that answers the first request with the challenge in it. */
            endpoint: string;
          }, {
            /** @constant */
            channel: "PUSH";
            /** @description As the browser’s PushSubscription has it. */
            endpoint: string;
            keys: {
              p256dh: string;
              auth: string;
            };
          }]>;
          /** @description Who signs. With a booking: its session key. */
          account: `0x${string}`;
          /** @description For the driver of this booking; null for all that concerns an account as driver and as host. */
          bookingId: `0x${string}` | null;
          /** @description Of the signature, at most an hour ahead. */
          validUntil: components["schemas"]["UnixSeconds"];
          /** @description EIP-712 `Subscription` by the account; no booking is 32 zero bytes. */
          signature: `0x${string}`;
        };
      };
    };
    responses: {
      /** @description It goes on until it is ended. */
      201: {
        content: {
          "application/json": components["schemas"]["Subscribed"];
        };
      };
      /** @description A problem: booking.unknown, endpoint.refused, endpoint.unconfirmed, push.off, signature.notAccount, signature.expired, subscriptions.tooMany. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "booking.unknown" | "database.unreachable" | "endpoint.refused" | "endpoint.unconfirmed" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "push.off" | "route.unknown" | "server.failed" | "signature.expired" | "signature.notAccount" | "subscriptions.tooMany";
          });
        };
      };
    };
  };
  /** Whether a subscription goes on, and what waits */
  getSubscription: {
    parameters: {
      path: {
        subscriptionId: `0x${string}`;
      };
    };
    responses: {
      /** @description Its state. */
      200: {
        content: {
          "application/json": components["schemas"]["SubscriptionState"];
        };
      };
      /** @description A problem: subscription.unknown. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed" | "subscription.unknown";
          });
        };
      };
    };
  };
  /**
   * End a subscription
   * @description What waits is not delivered. It succeeds also where there is none any more.
   */
  unsubscribe: {
    parameters: {
      path: {
        subscriptionId: `0x${string}`;
      };
    };
    responses: {
      /** @description It is ended and deleted. */
      204: {
        content: never;
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
  /** The VAPID key that a browser subscribes with */
  getPushKey: {
    responses: {
      /** @description Null where this server sends no push messages. */
      200: {
        content: {
          "application/json": components["schemas"]["PushKey"];
        };
      };
      /** @description A problem: one that any operation may have. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"] & ({
            /** @enum {unknown} */
            code?: "body.malformed" | "body.notJson" | "body.tooLarge" | "database.unreachable" | "host.unknown" | "idempotency.busy" | "idempotency.malformed" | "idempotency.otherRequest" | "input.invalid" | "ledger.unreachable" | "limit.reached" | "route.unknown" | "server.failed";
          });
        };
      };
    };
  };
}

/** Method and path of each operation. */
export const ROUTES = {
  getHealth: ['GET', '/healthz'],
  getReadiness: ['GET', '/readyz'],
  getApiDocument: ['GET', '/api/v1/openapi.json'],
  getConfig: ['GET', '/api/v1/config'],
  getLedgerHead: ['GET', '/api/v1/ledger/head'],
  listChargers: ['GET', '/api/v1/chargers'],
  getCharger: ['GET', '/api/v1/chargers/{listingId}'],
  listQuotes: ['GET', '/api/v1/quotes'],
  watchMap: ['GET', '/api/v1/map/events'],
  getBasemapTileJson: ['GET', '/tiles/basemap.json'],
  getBasemapTile: ['GET', '/tiles/basemap/{z}/{x}/{y}.mvt'],
  getChargerTile: ['GET', '/tiles/chargers/{z}/{x}/{y}.mvt'],
  getForeignTileJson: ['GET', '/tiles/foreign.json'],
  getForeignTile: ['GET', '/tiles/foreign/{z}/{x}/{y}.mvt'],
  searchTowns: ['GET', '/api/v1/search'],
  listForeignFeeds: ['GET', '/api/v1/foreign'],
  getForeignLocation: ['GET', '/api/v1/foreign/{id}'],
  getBooking: ['GET', '/api/v1/bookings/{bookingId}'],
  startCharging: ['POST', '/api/v1/bookings/{bookingId}/start'],
  cosignReading: ['POST', '/api/v1/bookings/{bookingId}/cosignatures'],
  raiseAllowance: ['POST', '/api/v1/bookings/{bookingId}/allowance'],
  stopCharging: ['POST', '/api/v1/bookings/{bookingId}/stop'],
  watchBooking: ['GET', '/api/v1/bookings/{bookingId}/live'],
  listBookingNotices: ['GET', '/api/v1/bookings/{bookingId}/notices'],
  requestHandover: ['POST', '/api/v1/bookings/{bookingId}/handover'],
  approveHandover: ['POST', '/api/v1/bookings/{bookingId}/handover-approval'],
  sendLocation: ['POST', '/api/v1/chargers/{listingId}/location'],
  sendPlace: ['POST', '/api/v1/chargers/{listingId}/place'],
  getNonce: ['GET', '/api/v1/sign-in/nonce'],
  signIn: ['POST', '/api/v1/sign-in'],
  signOut: ['DELETE', '/api/v1/sign-in'],
  signOutEverywhere: ['DELETE', '/api/v1/sign-ins'],
  listMyBookings: ['GET', '/api/v1/me/bookings'],
  listMyNotices: ['GET', '/api/v1/me/notices'],
  getMyHealth: ['GET', '/api/v1/me/health'],
  listHosted: ['GET', '/api/v1/me/hosted'],
  pairCharger: ['POST', '/api/v1/pairings'],
  relayCall: ['POST', '/api/v1/relay'],
  readRelayFees: ['GET', '/api/v1/relay/fee'],
  readRelayedCall: ['GET', '/api/v1/relay/{callId}'],
  beginShownCharge: ['POST', '/api/v1/local/shown-charge'],
  readShownCharge: ['GET', '/api/v1/local/shown-charge'],
  giveDemoMoney: ['POST', '/api/v1/faucet'],
  moveWallbox: ['POST', '/api/v1/local/wallboxes/{connector}/{act}'],
  getProfile: ['GET', '/api/v1/profiles/{account}'],
  putProfile: ['PUT', '/api/v1/me/profile'],
  deleteProfile: ['DELETE', '/api/v1/me/profile'],
  putMessageKey: ['PUT', '/api/v1/me/message-key'],
  addPhoto: ['POST', '/api/v1/me/photos'],
  listMyPhotos: ['GET', '/api/v1/me/photos'],
  deletePhoto: ['DELETE', '/api/v1/me/photos/{photoId}'],
  listPhotosOfCharger: ['GET', '/api/v1/chargers/{listingId}/photos'],
  getPhoto: ['GET', '/api/v1/photos/{photoId}'],
  putRating: ['PUT', '/api/v1/bookings/{bookingId}/rating'],
  deleteRating: ['DELETE', '/api/v1/bookings/{bookingId}/rating'],
  listRatings: ['GET', '/api/v1/chargers/{listingId}/ratings'],
  reportFault: ['POST', '/api/v1/bookings/{bookingId}/faults'],
  withdrawFault: ['DELETE', '/api/v1/faults/{faultId}'],
  resolveFault: ['POST', '/api/v1/faults/{faultId}/resolution'],
  listFaultsOfCharger: ['GET', '/api/v1/chargers/{listingId}/faults'],
  listMyFaults: ['GET', '/api/v1/me/faults'],
  putEvidence: ['PUT', '/api/v1/bookings/{bookingId}/evidence/{evidenceHash}'],
  getEvidence: ['GET', '/api/v1/bookings/{bookingId}/evidence'],
  readEvidence: ['GET', '/api/v1/bookings/{bookingId}/evidence/{evidenceHash}'],
  shareEvidence: ['PUT', '/api/v1/bookings/{bookingId}/evidence-shares/{account}'],
  unshareEvidence: ['DELETE', '/api/v1/bookings/{bookingId}/evidence-shares/{account}'],
  deleteEvidence: ['DELETE', '/api/v1/bookings/{bookingId}/evidence'],
  listMessages: ['GET', '/api/v1/bookings/{bookingId}/messages'],
  sendMessage: ['POST', '/api/v1/bookings/{bookingId}/messages'],
  readVault: ['GET', '/api/v1/vaults/{account}'],
  writeVault: ['PUT', '/api/v1/vaults/{account}'],
  deleteVault: ['DELETE', '/api/v1/vaults/{account}'],
  listOnLedger: ['GET', '/api/v1/ledger/permanent'],
  countMyData: ['GET', '/api/v1/me/data'],
  eraseMyData: ['DELETE', '/api/v1/me/data'],
  getStatistics: ['GET', '/api/v1/statistics'],
  getDemand: ['GET', '/api/v1/demand'],
  getHealthHistory: ['GET', '/api/v1/me/health/{listingId}'],
  listOcpiVersions: ['GET', '/api/v1/ocpi/versions'],
  readOcpiVersion: ['GET', '/api/v1/ocpi/2.2.1'],
  listOcpiLocations: ['GET', '/api/v1/ocpi/2.2.1/locations'],
  readOcpiLocation: ['GET', '/api/v1/ocpi/2.2.1/locations/{location}'],
  readOcpiEvse: ['GET', '/api/v1/ocpi/2.2.1/locations/{location}/{evse}'],
  readOcpiConnector: ['GET', '/api/v1/ocpi/2.2.1/locations/{location}/{evse}/{connector}'],
  listOcpiTariffs: ['GET', '/api/v1/ocpi/2.2.1/tariffs'],
  listOcpiCdrs: ['GET', '/api/v1/ocpi/2.2.1/cdrs'],
  readOcpiCredentials: ['GET', '/api/v1/ocpi/2.2.1/credentials'],
  registerOcpiParty: ['POST', '/api/v1/ocpi/2.2.1/credentials'],
  renewOcpiParty: ['PUT', '/api/v1/ocpi/2.2.1/credentials'],
  unregisterOcpiParty: ['DELETE', '/api/v1/ocpi/2.2.1/credentials'],
  subscribe: ['POST', '/api/v1/subscriptions'],
  getSubscription: ['GET', '/api/v1/subscriptions/{subscriptionId}'],
  unsubscribe: ['DELETE', '/api/v1/subscriptions/{subscriptionId}'],
  getPushKey: ['GET', '/api/v1/push/key'],
} as const;
