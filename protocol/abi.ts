// Generated from the compiled contracts by "npm run check -- --write". Do not edit.

export const plugpactMarketAbi = [
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "contract IERC20Metadata",
            "name": "token",
            "type": "address"
          },
          {
            "internalType": "uint256",
            "name": "reportSec",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "challengeSec",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "proofSec",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "bondMax",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "firstTrustMax",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "forfeitMin",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "feeBasisPoints",
            "type": "uint256"
          },
          {
            "internalType": "address",
            "name": "feeTo",
            "type": "address"
          },
          {
            "internalType": "address",
            "name": "guardian",
            "type": "address"
          },
          {
            "internalType": "uint256",
            "name": "guardianEndsAt",
            "type": "uint256"
          }
        ],
        "internalType": "struct Settings",
        "name": "settings",
        "type": "tuple"
      },
      {
        "internalType": "address",
        "name": "extension",
        "type": "address"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "constructor"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "balance",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Account_BalanceOverflow",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "balance",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "needed",
        "type": "uint256"
      }
    ],
    "name": "Account_InsufficientBalance",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      }
    ],
    "name": "Account_InvalidSignature",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "validUntil",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "nowSec",
        "type": "uint256"
      }
    ],
    "name": "Account_SignatureExpired",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Account_ZeroAddress",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Account_ZeroAmount",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Allowance_SignatureInvalid",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "index",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "gasLeft",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "needed",
        "type": "uint256"
      }
    ],
    "name": "Batch_GasTooLow",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "itemGas",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Batch_ItemGasTooLow",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "cap",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Booking_CapTooLow",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "slotCount",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "minSlots",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "maxSlots",
        "type": "uint256"
      }
    ],
    "name": "Booking_DurationOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "validUntil",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Booking_IntentTooLong",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "driver",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "sessionKey",
        "type": "address"
      }
    ],
    "name": "Booking_KeysNotDistinct",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "slot",
        "type": "uint256"
      }
    ],
    "name": "Booking_OutsideHours",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "until",
        "type": "uint256"
      }
    ],
    "name": "Booking_Paused",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "driver",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      }
    ],
    "name": "Booking_PurseBusy",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "slot",
        "type": "uint256"
      }
    ],
    "name": "Booking_SlotTaken",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Booking_StartHashMissing",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Booking_StateMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "nowSec",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "from",
        "type": "uint256"
      }
    ],
    "name": "Booking_TooEarly",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "endSlot",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "latestEndSlot",
        "type": "uint256"
      }
    ],
    "name": "Booking_TooFar",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "nowSec",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "until",
        "type": "uint256"
      }
    ],
    "name": "Booking_TooLate",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "firstSlot",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "earliestSlot",
        "type": "uint256"
      }
    ],
    "name": "Booking_TooSoon",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "signedCost",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Booking_TrustTooLow",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "generation",
        "type": "uint64"
      },
      {
        "internalType": "uint256",
        "name": "current",
        "type": "uint256"
      }
    ],
    "name": "Booking_WrongGeneration",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "relayer",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "sender",
        "type": "address"
      }
    ],
    "name": "Booking_WrongRelayer",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "state",
        "type": "uint256"
      }
    ],
    "name": "Booking_WrongState",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Claim_SecretMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "GiveBack_SignatureInvalid",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "nowSec",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "from",
        "type": "uint256"
      }
    ],
    "name": "Guardian_CoolingDown",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "endsAt",
        "type": "uint256"
      }
    ],
    "name": "Guardian_NotAllowed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "until",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Guardian_PauseOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "currentNonce",
        "type": "uint256"
      }
    ],
    "name": "InvalidAccountNonce",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "InvalidShortString",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "agentKey",
        "type": "address"
      }
    ],
    "name": "Listing_AgentConsentInvalid",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      }
    ],
    "name": "Listing_AlreadyPublished",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      }
    ],
    "name": "Listing_IdentityChanged",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "host",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "agentKey",
        "type": "address"
      }
    ],
    "name": "Listing_InvalidKeys",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint8",
        "name": "status",
        "type": "uint8"
      }
    ],
    "name": "Listing_InvalidStatus",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint8",
        "name": "algorithm",
        "type": "uint8"
      },
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "name": "Listing_MeterKeyInvalid",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint8",
        "name": "status",
        "type": "uint8"
      }
    ],
    "name": "Listing_NotOpen",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      }
    ],
    "name": "Listing_Revoked",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "term",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Listing_TermOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      }
    ],
    "name": "Listing_TermsMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Market_ConstantOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "extension",
        "type": "address"
      }
    ],
    "name": "Market_ExtensionMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "decimals",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Market_TooManyDecimals",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "driver",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "taker",
        "type": "address"
      }
    ],
    "name": "Offer_ForAnotherDriver",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Offer_OverstayDiffers",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "price",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "offered",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "least",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "listed",
        "type": "uint256"
      }
    ],
    "name": "Offer_PriceOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "agentKey",
        "type": "address"
      }
    ],
    "name": "Offer_SignatureInvalid",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "validUntil",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limit",
        "type": "uint256"
      }
    ],
    "name": "Offer_TooLong",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Reading_AgentSignatureInvalid",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Reading_Malformed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Reading_NotFinal",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "seq",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "newest",
        "type": "uint256"
      }
    ],
    "name": "Reading_NotNewer",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "readingAt",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "opens",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "latest",
        "type": "uint256"
      }
    ],
    "name": "Reading_OutsideWindow",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "energyWh",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "limitWh",
        "type": "uint256"
      }
    ],
    "name": "Reading_PowerExceeded",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Reading_SessionSignatureInvalid",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "beganAt",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "endedAt",
        "type": "uint256"
      }
    ],
    "name": "Reading_TimeReversed",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ReentrancyGuardReentrantCall",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "token",
        "type": "address"
      }
    ],
    "name": "SafeERC20FailedOperation",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "cost",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "allowedCost",
        "type": "uint256"
      }
    ],
    "name": "Settlement_NotAllowed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "str",
        "type": "string"
      }
    ],
    "name": "StringTooLong",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint256",
        "name": "index",
        "type": "uint256"
      },
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bytes",
        "name": "reason",
        "type": "bytes"
      }
    ],
    "name": "BatchItemSkipped",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "PurseRef",
        "name": "purse",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "Session",
        "name": "session",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "Money",
        "name": "money",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "startHash",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "termsHash",
        "type": "bytes32"
      }
    ],
    "name": "Booked",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "address",
        "name": "from",
        "type": "address"
      }
    ],
    "name": "Deposited",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [],
    "name": "EIP712DomainChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "host",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "address",
        "name": "to",
        "type": "address"
      }
    ],
    "name": "EarningsWithdrawn",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "host",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "agentKey",
        "type": "address"
      },
      {
        "components": [
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          },
          {
            "internalType": "WeeklyHours",
            "name": "weeklyHours",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes6",
                "name": "connector",
                "type": "bytes6"
              },
              {
                "internalType": "Location",
                "name": "location",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "placeCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Place",
            "name": "place",
            "type": "tuple"
          },
          {
            "internalType": "bytes",
            "name": "meterKey",
            "type": "bytes"
          }
        ],
        "indexed": false,
        "internalType": "struct Listing",
        "name": "listing",
        "type": "tuple"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "version",
        "type": "uint32"
      }
    ],
    "name": "ListingPublished",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint8",
        "name": "status",
        "type": "uint8"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "version",
        "type": "uint32"
      }
    ],
    "name": "ListingStatusChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "MarketFeePaid",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "until",
        "type": "uint256"
      }
    ],
    "name": "NewBookingsPaused",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "Tariff",
        "name": "tariff",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "Tariff",
            "name": "listedTariff",
            "type": "uint256"
          },
          {
            "internalType": "address",
            "name": "driver",
            "type": "address"
          },
          {
            "internalType": "uint64",
            "name": "validUntil",
            "type": "uint64"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          }
        ],
        "indexed": false,
        "internalType": "struct Offer",
        "name": "offer",
        "type": "tuple"
      }
    ],
    "name": "OfferTaken",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "relayer",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "RelayFeePaid",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "Payout",
        "name": "payout",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "Measure",
            "name": "measure",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "evidenceHash",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "registersCommitment",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct Reading",
        "name": "reading",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "sessionSignature",
        "type": "tuple"
      }
    ],
    "name": "Settled",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "Payout",
        "name": "payout",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "Measure",
            "name": "measure",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "evidenceHash",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "registersCommitment",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct Reading",
        "name": "reading",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "secret",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "uint256",
            "name": "cost",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "sessionSignature",
            "type": "tuple"
          }
        ],
        "indexed": false,
        "internalType": "struct Allowance",
        "name": "allowance",
        "type": "tuple"
      }
    ],
    "name": "SettledAlone",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "fromSlot",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      }
    ],
    "name": "SlotsGivenBack",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "address",
        "name": "to",
        "type": "address"
      }
    ],
    "name": "Withdrawn",
    "type": "event"
  },
  {
    "stateMutability": "nonpayable",
    "type": "fallback"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "internalType": "WeeklyHours",
            "name": "weeklyHours",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "placeHash",
            "type": "bytes32"
          },
          {
            "internalType": "IntentLimits",
            "name": "limits",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "driverSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct SignedBooking",
        "name": "signed",
        "type": "tuple"
      }
    ],
    "name": "book",
    "outputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "internalType": "WeeklyHours",
            "name": "weeklyHours",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "placeHash",
            "type": "bytes32"
          },
          {
            "internalType": "IntentLimits",
            "name": "limits",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "driverSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct SignedBooking[]",
        "name": "bookings",
        "type": "tuple[]"
      },
      {
        "internalType": "uint256",
        "name": "itemGas",
        "type": "uint256"
      }
    ],
    "name": "bookAll",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "internalType": "WeeklyHours",
        "name": "weeklyHours",
        "type": "uint256"
      },
      {
        "internalType": "bytes32",
        "name": "placeHash",
        "type": "bytes32"
      }
    ],
    "name": "bookAsDriver",
    "outputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "internalType": "WeeklyHours",
        "name": "weeklyHours",
        "type": "uint256"
      },
      {
        "internalType": "bytes32",
        "name": "placeHash",
        "type": "bytes32"
      },
      {
        "internalType": "IntentLimits",
        "name": "limits",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "Tariff",
            "name": "listedTariff",
            "type": "uint256"
          },
          {
            "internalType": "address",
            "name": "driver",
            "type": "address"
          },
          {
            "internalType": "uint64",
            "name": "validUntil",
            "type": "uint64"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct Offer",
        "name": "offer",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "driverSignature",
        "type": "bytes"
      }
    ],
    "name": "bookOffer",
    "outputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "deposit",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "eip712Domain",
    "outputs": [
      {
        "internalType": "bytes1",
        "name": "fields",
        "type": "bytes1"
      },
      {
        "internalType": "string",
        "name": "name",
        "type": "string"
      },
      {
        "internalType": "string",
        "name": "version",
        "type": "string"
      },
      {
        "internalType": "uint256",
        "name": "chainId",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "verifyingContract",
        "type": "address"
      },
      {
        "internalType": "bytes32",
        "name": "salt",
        "type": "bytes32"
      },
      {
        "internalType": "uint256[]",
        "name": "extensions",
        "type": "uint256[]"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      }
    ],
    "name": "nonces",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "until",
        "type": "uint256"
      }
    ],
    "name": "pauseNewBookings",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          },
          {
            "internalType": "WeeklyHours",
            "name": "weeklyHours",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes6",
                "name": "connector",
                "type": "bytes6"
              },
              {
                "internalType": "Location",
                "name": "location",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "placeCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Place",
            "name": "place",
            "type": "tuple"
          },
          {
            "internalType": "bytes",
            "name": "meterKey",
            "type": "bytes"
          }
        ],
        "internalType": "struct Listing",
        "name": "listing",
        "type": "tuple"
      },
      {
        "internalType": "uint64",
        "name": "consentValidUntil",
        "type": "uint64"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "agentConsent",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "hostSignature",
        "type": "bytes"
      }
    ],
    "name": "publishListing",
    "outputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          },
          {
            "internalType": "WeeklyHours",
            "name": "weeklyHours",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes6",
                "name": "connector",
                "type": "bytes6"
              },
              {
                "internalType": "Location",
                "name": "location",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "placeCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Place",
            "name": "place",
            "type": "tuple"
          },
          {
            "internalType": "bytes",
            "name": "meterKey",
            "type": "bytes"
          }
        ],
        "internalType": "struct Listing",
        "name": "current",
        "type": "tuple"
      },
      {
        "internalType": "uint8",
        "name": "status",
        "type": "uint8"
      },
      {
        "internalType": "bytes",
        "name": "hostSignature",
        "type": "bytes"
      }
    ],
    "name": "setListingStatus",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "Measure",
                "name": "measure",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "evidenceHash",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "registersCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Reading",
            "name": "reading",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "sessionSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct Settlement",
        "name": "s",
        "type": "tuple"
      }
    ],
    "name": "settle",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "Measure",
                "name": "measure",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "evidenceHash",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "registersCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Reading",
            "name": "reading",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "sessionSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct Settlement[]",
        "name": "settlements",
        "type": "tuple[]"
      },
      {
        "internalType": "uint256",
        "name": "itemGas",
        "type": "uint256"
      }
    ],
    "name": "settleAll",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "Measure",
                "name": "measure",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "evidenceHash",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "registersCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Reading",
            "name": "reading",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          },
          {
            "internalType": "bytes32",
            "name": "secret",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "uint256",
                "name": "cost",
                "type": "uint256"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "sessionSignature",
                "type": "tuple"
              }
            ],
            "internalType": "struct Allowance",
            "name": "allowance",
            "type": "tuple"
          }
        ],
        "internalType": "struct AloneSettlement[]",
        "name": "settlements",
        "type": "tuple[]"
      },
      {
        "internalType": "uint256",
        "name": "itemGas",
        "type": "uint256"
      }
    ],
    "name": "settleAllAlone",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "components": [
                  {
                    "internalType": "PurseRef",
                    "name": "purse",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Session",
                    "name": "session",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Money",
                    "name": "money",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "startHash",
                    "type": "bytes32"
                  },
                  {
                    "components": [
                      {
                        "internalType": "address",
                        "name": "host",
                        "type": "address"
                      },
                      {
                        "internalType": "address",
                        "name": "agentKey",
                        "type": "address"
                      },
                      {
                        "internalType": "Tariff",
                        "name": "tariff",
                        "type": "uint256"
                      },
                      {
                        "internalType": "BookingTerms",
                        "name": "bookingTerms",
                        "type": "uint256"
                      },
                      {
                        "internalType": "Metering",
                        "name": "metering",
                        "type": "uint256"
                      },
                      {
                        "internalType": "bytes32",
                        "name": "meterKeyHash",
                        "type": "bytes32"
                      }
                    ],
                    "internalType": "struct Terms",
                    "name": "terms",
                    "type": "tuple"
                  }
                ],
                "internalType": "struct Booking",
                "name": "booking",
                "type": "tuple"
              },
              {
                "components": [
                  {
                    "internalType": "Measure",
                    "name": "measure",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "evidenceHash",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "registersCommitment",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Reading",
                "name": "reading",
                "type": "tuple"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "agentSignature",
                "type": "tuple"
              },
              {
                "internalType": "bytes32",
                "name": "secret",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "uint256",
                    "name": "cost",
                    "type": "uint256"
                  },
                  {
                    "components": [
                      {
                        "internalType": "bytes32",
                        "name": "r",
                        "type": "bytes32"
                      },
                      {
                        "internalType": "bytes32",
                        "name": "vs",
                        "type": "bytes32"
                      }
                    ],
                    "internalType": "struct CompactSignature",
                    "name": "sessionSignature",
                    "type": "tuple"
                  }
                ],
                "internalType": "struct Allowance",
                "name": "allowance",
                "type": "tuple"
              }
            ],
            "internalType": "struct AloneSettlement",
            "name": "settlement",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "uint256",
                "name": "fromSlot",
                "type": "uint256"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "agentSignature",
                "type": "tuple"
              }
            ],
            "internalType": "struct GiveBack",
            "name": "given",
            "type": "tuple"
          }
        ],
        "internalType": "struct AloneSettlementGivingBack[]",
        "name": "settlements",
        "type": "tuple[]"
      },
      {
        "internalType": "uint256",
        "name": "itemGas",
        "type": "uint256"
      }
    ],
    "name": "settleAllAloneAndGiveBack",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "components": [
                  {
                    "internalType": "PurseRef",
                    "name": "purse",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Session",
                    "name": "session",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Money",
                    "name": "money",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "startHash",
                    "type": "bytes32"
                  },
                  {
                    "components": [
                      {
                        "internalType": "address",
                        "name": "host",
                        "type": "address"
                      },
                      {
                        "internalType": "address",
                        "name": "agentKey",
                        "type": "address"
                      },
                      {
                        "internalType": "Tariff",
                        "name": "tariff",
                        "type": "uint256"
                      },
                      {
                        "internalType": "BookingTerms",
                        "name": "bookingTerms",
                        "type": "uint256"
                      },
                      {
                        "internalType": "Metering",
                        "name": "metering",
                        "type": "uint256"
                      },
                      {
                        "internalType": "bytes32",
                        "name": "meterKeyHash",
                        "type": "bytes32"
                      }
                    ],
                    "internalType": "struct Terms",
                    "name": "terms",
                    "type": "tuple"
                  }
                ],
                "internalType": "struct Booking",
                "name": "booking",
                "type": "tuple"
              },
              {
                "components": [
                  {
                    "internalType": "Measure",
                    "name": "measure",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "evidenceHash",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "registersCommitment",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Reading",
                "name": "reading",
                "type": "tuple"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "agentSignature",
                "type": "tuple"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "sessionSignature",
                "type": "tuple"
              }
            ],
            "internalType": "struct Settlement",
            "name": "settlement",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "uint256",
                "name": "fromSlot",
                "type": "uint256"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "agentSignature",
                "type": "tuple"
              }
            ],
            "internalType": "struct GiveBack",
            "name": "given",
            "type": "tuple"
          }
        ],
        "internalType": "struct SettlementGivingBack[]",
        "name": "settlements",
        "type": "tuple[]"
      },
      {
        "internalType": "uint256",
        "name": "itemGas",
        "type": "uint256"
      }
    ],
    "name": "settleAllAndGiveBack",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "Measure",
                "name": "measure",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "evidenceHash",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "registersCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Reading",
            "name": "reading",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          },
          {
            "internalType": "bytes32",
            "name": "secret",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "uint256",
                "name": "cost",
                "type": "uint256"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "sessionSignature",
                "type": "tuple"
              }
            ],
            "internalType": "struct Allowance",
            "name": "allowance",
            "type": "tuple"
          }
        ],
        "internalType": "struct AloneSettlement",
        "name": "s",
        "type": "tuple"
      }
    ],
    "name": "settleAlone",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "Measure",
                "name": "measure",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "evidenceHash",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "registersCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Reading",
            "name": "reading",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          },
          {
            "internalType": "bytes32",
            "name": "secret",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "uint256",
                "name": "cost",
                "type": "uint256"
              },
              {
                "components": [
                  {
                    "internalType": "bytes32",
                    "name": "r",
                    "type": "bytes32"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "vs",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct CompactSignature",
                "name": "sessionSignature",
                "type": "tuple"
              }
            ],
            "internalType": "struct Allowance",
            "name": "allowance",
            "type": "tuple"
          }
        ],
        "internalType": "struct AloneSettlement",
        "name": "s",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "uint256",
            "name": "fromSlot",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct GiveBack",
        "name": "given",
        "type": "tuple"
      }
    ],
    "name": "settleAloneAndGiveBack",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "PurseRef",
                "name": "purse",
                "type": "uint256"
              },
              {
                "internalType": "Session",
                "name": "session",
                "type": "uint256"
              },
              {
                "internalType": "Money",
                "name": "money",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "startHash",
                "type": "bytes32"
              },
              {
                "components": [
                  {
                    "internalType": "address",
                    "name": "host",
                    "type": "address"
                  },
                  {
                    "internalType": "address",
                    "name": "agentKey",
                    "type": "address"
                  },
                  {
                    "internalType": "Tariff",
                    "name": "tariff",
                    "type": "uint256"
                  },
                  {
                    "internalType": "BookingTerms",
                    "name": "bookingTerms",
                    "type": "uint256"
                  },
                  {
                    "internalType": "Metering",
                    "name": "metering",
                    "type": "uint256"
                  },
                  {
                    "internalType": "bytes32",
                    "name": "meterKeyHash",
                    "type": "bytes32"
                  }
                ],
                "internalType": "struct Terms",
                "name": "terms",
                "type": "tuple"
              }
            ],
            "internalType": "struct Booking",
            "name": "booking",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "Measure",
                "name": "measure",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "evidenceHash",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "registersCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Reading",
            "name": "reading",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "sessionSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct Settlement",
        "name": "s",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "uint256",
            "name": "fromSlot",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "agentSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct GiveBack",
        "name": "given",
        "type": "tuple"
      }
    ],
    "name": "settleAndGiveBack",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          },
          {
            "internalType": "WeeklyHours",
            "name": "weeklyHours",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes6",
                "name": "connector",
                "type": "bytes6"
              },
              {
                "internalType": "Location",
                "name": "location",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "placeCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Place",
            "name": "place",
            "type": "tuple"
          },
          {
            "internalType": "bytes",
            "name": "meterKey",
            "type": "bytes"
          }
        ],
        "internalType": "struct Listing",
        "name": "current",
        "type": "tuple"
      },
      {
        "components": [
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          },
          {
            "internalType": "WeeklyHours",
            "name": "weeklyHours",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes6",
                "name": "connector",
                "type": "bytes6"
              },
              {
                "internalType": "Location",
                "name": "location",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "placeCommitment",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Place",
            "name": "place",
            "type": "tuple"
          },
          {
            "internalType": "bytes",
            "name": "meterKey",
            "type": "bytes"
          }
        ],
        "internalType": "struct Listing",
        "name": "next",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "hostSignature",
        "type": "bytes"
      }
    ],
    "name": "updateListing",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      }
    ],
    "name": "withdraw",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      }
    ],
    "name": "withdrawEarnings",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "from",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "driver",
        "type": "address"
      }
    ],
    "name": "Account_NotDriver",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "relayFee",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "Account_RelayFeeTooHigh",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "relayer",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "sender",
        "type": "address"
      }
    ],
    "name": "Account_WrongRelayer",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Challenge_NothingUnsigned",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Claim_AgentKeyRevoked",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Claim_AlreadyRaised",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Claim_BelowCosigned",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Claim_Final",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Market_ExtensionCalledDirectly",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "provenWh",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "bestProofWh",
        "type": "uint256"
      }
    ],
    "name": "Proof_NotBetter",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "name": "Proof_WrongMeterKey",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "indexed": false,
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      }
    ],
    "name": "Arrived",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "BondForfeited",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bool",
        "name": "byHost",
        "type": "bool"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "paid",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "refunded",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "BookingId",
        "name": "overstayedBy",
        "type": "bytes32"
      }
    ],
    "name": "Canceled",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "indexed": false,
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      }
    ],
    "name": "Challenged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "indexed": false,
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "Measure",
            "name": "measure",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "evidenceHash",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "registersCommitment",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct Reading",
        "name": "reading",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "sessionSignature",
        "type": "tuple"
      }
    ],
    "name": "Claimed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "indexed": false,
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "Measure",
            "name": "measure",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "evidenceHash",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "registersCommitment",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct Reading",
        "name": "reading",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "secret",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "uint256",
            "name": "cost",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "sessionSignature",
            "type": "tuple"
          }
        ],
        "indexed": false,
        "internalType": "struct Allowance",
        "name": "allowance",
        "type": "tuple"
      }
    ],
    "name": "ClaimedAlone",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "refunded",
        "type": "uint256"
      }
    ],
    "name": "Expired",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint8",
        "name": "outcome",
        "type": "uint8"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "paid",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "refunded",
        "type": "uint256"
      }
    ],
    "name": "Finalised",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "indexed": false,
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "indexed": false,
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      }
    ],
    "name": "NoShowClaimed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "fee",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "refunded",
        "type": "uint256"
      }
    ],
    "name": "NoShowContested",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "provenWh",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "indexed": false,
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      }
    ],
    "name": "Proven",
    "type": "event"
  },
  {
    "inputs": [],
    "name": "BOND_MAX",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "CHALLENGE_SEC",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "EXTENSION",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "FIRST_TRUST_MAX",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "FORFEIT_MIN",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "OCMF_VERIFIER",
    "outputs": [
      {
        "internalType": "contract IOcmfVerifier",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "PROOF_SEC",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "REPORT_SEC",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "TOKEN",
    "outputs": [
      {
        "internalType": "contract IERC20",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signature",
        "type": "bytes"
      }
    ],
    "name": "arrived",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "internalType": "WeeklyHours",
        "name": "weeklyHours",
        "type": "uint256"
      },
      {
        "internalType": "bytes32",
        "name": "placeHash",
        "type": "bytes32"
      },
      {
        "internalType": "IntentLimits",
        "name": "limits",
        "type": "uint256"
      },
      {
        "internalType": "bytes",
        "name": "driverSignature",
        "type": "bytes"
      }
    ],
    "name": "bookByWallet",
    "outputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      }
    ],
    "name": "bookingIdOf",
    "outputs": [
      {
        "internalType": "BookingId",
        "name": "",
        "type": "bytes32"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "internalType": "uint256",
        "name": "slot",
        "type": "uint256"
      }
    ],
    "name": "calendarWordOf",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "driverSignature",
        "type": "bytes"
      }
    ],
    "name": "cancelByDriver",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "internalType": "BookingId",
        "name": "overstayedBy",
        "type": "bytes32"
      },
      {
        "internalType": "bytes",
        "name": "hostSignature",
        "type": "bytes"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "agreement",
        "type": "tuple"
      }
    ],
    "name": "cancelByHost",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signature",
        "type": "bytes"
      }
    ],
    "name": "challenge",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "Measure",
            "name": "measure",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "evidenceHash",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "registersCommitment",
            "type": "bytes32"
          }
        ],
        "internalType": "struct Reading",
        "name": "reading",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "sessionSignature",
        "type": "tuple"
      }
    ],
    "name": "claim",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "Measure",
            "name": "measure",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "evidenceHash",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "registersCommitment",
            "type": "bytes32"
          }
        ],
        "internalType": "struct Reading",
        "name": "reading",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      },
      {
        "internalType": "bytes32",
        "name": "secret",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "uint256",
            "name": "cost",
            "type": "uint256"
          },
          {
            "components": [
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "vs",
                "type": "bytes32"
              }
            ],
            "internalType": "struct CompactSignature",
            "name": "sessionSignature",
            "type": "tuple"
          }
        ],
        "internalType": "struct Allowance",
        "name": "allowance",
        "type": "tuple"
      }
    ],
    "name": "claimAlone",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      }
    ],
    "name": "claimNoShow",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      },
      {
        "internalType": "bytes32",
        "name": "salt",
        "type": "bytes32"
      },
      {
        "components": [
          {
            "internalType": "address",
            "name": "from",
            "type": "address"
          },
          {
            "internalType": "uint256",
            "name": "value",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "validAfter",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "validBefore",
            "type": "uint256"
          },
          {
            "internalType": "bytes",
            "name": "signature",
            "type": "bytes"
          }
        ],
        "internalType": "struct Authorization",
        "name": "authorization",
        "type": "tuple"
      }
    ],
    "name": "depositWithAuthorization",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "deadline",
        "type": "uint256"
      },
      {
        "internalType": "uint8",
        "name": "v",
        "type": "uint8"
      },
      {
        "internalType": "bytes32",
        "name": "r",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "s",
        "type": "bytes32"
      }
    ],
    "name": "depositWithPermit",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      },
      {
        "internalType": "address",
        "name": "host",
        "type": "address"
      }
    ],
    "name": "earningsOf",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "earned",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "soldWh",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "sessions",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      }
    ],
    "name": "expire",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      }
    ],
    "name": "finalise",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "internalType": "WeeklyHours",
        "name": "weeklyHours",
        "type": "uint256"
      },
      {
        "internalType": "bytes32",
        "name": "placeHash",
        "type": "bytes32"
      },
      {
        "internalType": "IntentLimits",
        "name": "limits",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "address",
            "name": "from",
            "type": "address"
          },
          {
            "internalType": "uint256",
            "name": "value",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "validAfter",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "validBefore",
            "type": "uint256"
          },
          {
            "internalType": "bytes",
            "name": "signature",
            "type": "bytes"
          }
        ],
        "internalType": "struct Authorization",
        "name": "authorization",
        "type": "tuple"
      }
    ],
    "name": "fundAndBook",
    "outputs": [
      {
        "internalType": "BookingId",
        "name": "bookingId",
        "type": "bytes32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "guardian",
    "outputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "endsAt",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "ListingId",
        "name": "listingId",
        "type": "bytes32"
      }
    ],
    "name": "listingOf",
    "outputs": [
      {
        "internalType": "ListingWord",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "marketFee",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "basisPoints",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "pauses",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "pausedUntil",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "nextPauseFrom",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "secret",
            "type": "bytes32"
          },
          {
            "internalType": "bytes",
            "name": "meterKey",
            "type": "bytes"
          },
          {
            "components": [
              {
                "internalType": "bytes",
                "name": "payload",
                "type": "bytes"
              },
              {
                "internalType": "bytes32",
                "name": "r",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "s",
                "type": "bytes32"
              }
            ],
            "internalType": "struct MeterRecord[]",
            "name": "records",
            "type": "tuple[]"
          }
        ],
        "internalType": "struct MeterProof",
        "name": "proof",
        "type": "tuple"
      }
    ],
    "name": "prove",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      }
    ],
    "name": "purseOf",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "balance",
        "type": "uint256"
      },
      {
        "internalType": "uint192",
        "name": "tail",
        "type": "uint192"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "settingsHash",
    "outputs": [
      {
        "internalType": "bytes32",
        "name": "",
        "type": "bytes32"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "PurseRef",
            "name": "purse",
            "type": "uint256"
          },
          {
            "internalType": "Session",
            "name": "session",
            "type": "uint256"
          },
          {
            "internalType": "Money",
            "name": "money",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "startHash",
            "type": "bytes32"
          },
          {
            "components": [
              {
                "internalType": "address",
                "name": "host",
                "type": "address"
              },
              {
                "internalType": "address",
                "name": "agentKey",
                "type": "address"
              },
              {
                "internalType": "Tariff",
                "name": "tariff",
                "type": "uint256"
              },
              {
                "internalType": "BookingTerms",
                "name": "bookingTerms",
                "type": "uint256"
              },
              {
                "internalType": "Metering",
                "name": "metering",
                "type": "uint256"
              },
              {
                "internalType": "bytes32",
                "name": "meterKeyHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Terms",
            "name": "terms",
            "type": "tuple"
          }
        ],
        "internalType": "struct Booking",
        "name": "booking",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "StateHead",
            "name": "head",
            "type": "uint256"
          },
          {
            "internalType": "StateClaim",
            "name": "claim",
            "type": "uint256"
          }
        ],
        "internalType": "struct BookingState",
        "name": "state",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "Measure",
            "name": "measure",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "evidenceHash",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "registersCommitment",
            "type": "bytes32"
          }
        ],
        "internalType": "struct Reading",
        "name": "reading",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "agentSignature",
        "type": "tuple"
      },
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "vs",
            "type": "bytes32"
          }
        ],
        "internalType": "struct CompactSignature",
        "name": "sessionSignature",
        "type": "tuple"
      }
    ],
    "name": "settleFrom",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "address",
            "name": "account",
            "type": "address"
          },
          {
            "internalType": "uint32",
            "name": "purse",
            "type": "uint32"
          },
          {
            "internalType": "uint256",
            "name": "amount",
            "type": "uint256"
          },
          {
            "internalType": "address",
            "name": "to",
            "type": "address"
          },
          {
            "internalType": "address",
            "name": "relayer",
            "type": "address"
          },
          {
            "internalType": "uint256",
            "name": "relayFee",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "nonce",
            "type": "uint256"
          },
          {
            "internalType": "uint64",
            "name": "validUntil",
            "type": "uint64"
          }
        ],
        "internalType": "struct Withdrawal",
        "name": "withdrawal",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signature",
        "type": "bytes"
      }
    ],
    "name": "withdrawBySignature",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "address",
            "name": "host",
            "type": "address"
          },
          {
            "internalType": "ListingId",
            "name": "listingId",
            "type": "bytes32"
          },
          {
            "internalType": "uint256",
            "name": "amount",
            "type": "uint256"
          },
          {
            "internalType": "address",
            "name": "to",
            "type": "address"
          },
          {
            "internalType": "address",
            "name": "relayer",
            "type": "address"
          },
          {
            "internalType": "uint256",
            "name": "relayFee",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "nonce",
            "type": "uint256"
          },
          {
            "internalType": "uint64",
            "name": "validUntil",
            "type": "uint64"
          }
        ],
        "internalType": "struct EarningsWithdrawal",
        "name": "withdrawal",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signature",
        "type": "bytes"
      }
    ],
    "name": "withdrawEarningsBySignature",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "position",
        "type": "uint256"
      }
    ],
    "name": "Json_Malformed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "rule",
        "type": "bytes32"
      }
    ],
    "name": "Ocmf_Refused",
    "type": "error"
  }
] as const;

export const depositAddressesAbi = [
  {
    "inputs": [
      {
        "internalType": "contract IDepositMarket",
        "name": "market",
        "type": "address"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "constructor"
  },
  {
    "inputs": [],
    "name": "CloneArgumentsTooLong",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Create2EmptyBytecode",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      }
    ],
    "name": "Deposit_InvalidSignature",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      }
    ],
    "name": "Deposit_NotFactory",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "depositAddress",
        "type": "address"
      }
    ],
    "name": "Deposit_Nothing",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "validUntil",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "nowSec",
        "type": "uint256"
      }
    ],
    "name": "Deposit_SignatureExpired",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Deposit_ZeroAddress",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "FailedDeployment",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "balance",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "needed",
        "type": "uint256"
      }
    ],
    "name": "InsufficientBalance",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "currentNonce",
        "type": "uint256"
      }
    ],
    "name": "InvalidAccountNonce",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "InvalidShortString",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "str",
        "type": "string"
      }
    ],
    "name": "StringTooLong",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [],
    "name": "EIP712DomainChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "token",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "address",
        "name": "to",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "TakenOut",
    "type": "event"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      }
    ],
    "name": "addressOf",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "eip712Domain",
    "outputs": [
      {
        "internalType": "bytes1",
        "name": "fields",
        "type": "bytes1"
      },
      {
        "internalType": "string",
        "name": "name",
        "type": "string"
      },
      {
        "internalType": "string",
        "name": "version",
        "type": "string"
      },
      {
        "internalType": "uint256",
        "name": "chainId",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "verifyingContract",
        "type": "address"
      },
      {
        "internalType": "bytes32",
        "name": "salt",
        "type": "bytes32"
      },
      {
        "internalType": "uint256[]",
        "name": "extensions",
        "type": "uint256[]"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      }
    ],
    "name": "nonces",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "purse",
        "type": "uint32"
      }
    ],
    "name": "sweep",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "address",
            "name": "account",
            "type": "address"
          },
          {
            "internalType": "uint32",
            "name": "purse",
            "type": "uint32"
          },
          {
            "internalType": "address",
            "name": "token",
            "type": "address"
          },
          {
            "internalType": "address",
            "name": "to",
            "type": "address"
          },
          {
            "internalType": "uint256",
            "name": "amount",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "nonce",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "validUntil",
            "type": "uint256"
          }
        ],
        "internalType": "struct Takeout",
        "name": "takeout",
        "type": "tuple"
      },
      {
        "internalType": "bytes",
        "name": "signature",
        "type": "bytes"
      }
    ],
    "name": "takeOut",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  }
] as const;

export const demoTokenAbi = [
  {
    "inputs": [],
    "stateMutability": "nonpayable",
    "type": "constructor"
  },
  {
    "inputs": [],
    "name": "ECDSAInvalidSignature",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "name": "ECDSAInvalidSignatureLength",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "s",
        "type": "bytes32"
      }
    ],
    "name": "ECDSAInvalidSignatureS",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "spender",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "allowance",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "needed",
        "type": "uint256"
      }
    ],
    "name": "ERC20InsufficientAllowance",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "sender",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "balance",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "needed",
        "type": "uint256"
      }
    ],
    "name": "ERC20InsufficientBalance",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "approver",
        "type": "address"
      }
    ],
    "name": "ERC20InvalidApprover",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "receiver",
        "type": "address"
      }
    ],
    "name": "ERC20InvalidReceiver",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "sender",
        "type": "address"
      }
    ],
    "name": "ERC20InvalidSender",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "spender",
        "type": "address"
      }
    ],
    "name": "ERC20InvalidSpender",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "deadline",
        "type": "uint256"
      }
    ],
    "name": "ERC2612ExpiredSignature",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "signer",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      }
    ],
    "name": "ERC2612InvalidSigner",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "validAfter",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "validBefore",
        "type": "uint256"
      }
    ],
    "name": "ERC3009InvalidAuthorizationTime",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ERC3009InvalidSignature",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "authorizer",
        "type": "address"
      },
      {
        "internalType": "bytes32",
        "name": "nonce",
        "type": "bytes32"
      }
    ],
    "name": "ERC3009UsedAuthorization",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "currentNonce",
        "type": "uint256"
      }
    ],
    "name": "InvalidAccountNonce",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "InvalidShortString",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      }
    ],
    "name": "OwnableInvalidOwner",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      }
    ],
    "name": "OwnableUnauthorizedAccount",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint8",
        "name": "bits",
        "type": "uint8"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      }
    ],
    "name": "SafeCastOverflowedUintDowncast",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "string",
        "name": "str",
        "type": "string"
      }
    ],
    "name": "StringTooLong",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "spender",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      }
    ],
    "name": "Approval",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "authorizer",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "bytes32",
        "name": "nonce",
        "type": "bytes32"
      }
    ],
    "name": "AuthorizationCanceled",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "authorizer",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "bytes32",
        "name": "nonce",
        "type": "bytes32"
      }
    ],
    "name": "AuthorizationUsed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [],
    "name": "EIP712DomainChanged",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "previousOwner",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "newOwner",
        "type": "address"
      }
    ],
    "name": "OwnershipTransferred",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "from",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "to",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      }
    ],
    "name": "Transfer",
    "type": "event"
  },
  {
    "inputs": [],
    "name": "DOMAIN_SEPARATOR",
    "outputs": [
      {
        "internalType": "bytes32",
        "name": "",
        "type": "bytes32"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "spender",
        "type": "address"
      }
    ],
    "name": "allowance",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "spender",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      }
    ],
    "name": "approve",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "authorizer",
        "type": "address"
      },
      {
        "internalType": "bytes32",
        "name": "nonce",
        "type": "bytes32"
      }
    ],
    "name": "authorizationState",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "account",
        "type": "address"
      }
    ],
    "name": "balanceOf",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "authorizer",
        "type": "address"
      },
      {
        "internalType": "bytes32",
        "name": "nonce",
        "type": "bytes32"
      },
      {
        "internalType": "uint8",
        "name": "v",
        "type": "uint8"
      },
      {
        "internalType": "bytes32",
        "name": "r",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "s",
        "type": "bytes32"
      }
    ],
    "name": "cancelAuthorization",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "decimals",
    "outputs": [
      {
        "internalType": "uint8",
        "name": "",
        "type": "uint8"
      }
    ],
    "stateMutability": "pure",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "eip712Domain",
    "outputs": [
      {
        "internalType": "bytes1",
        "name": "fields",
        "type": "bytes1"
      },
      {
        "internalType": "string",
        "name": "name",
        "type": "string"
      },
      {
        "internalType": "string",
        "name": "version",
        "type": "string"
      },
      {
        "internalType": "uint256",
        "name": "chainId",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "verifyingContract",
        "type": "address"
      },
      {
        "internalType": "bytes32",
        "name": "salt",
        "type": "bytes32"
      },
      {
        "internalType": "uint256[]",
        "name": "extensions",
        "type": "uint256[]"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "mint",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "name",
    "outputs": [
      {
        "internalType": "string",
        "name": "",
        "type": "string"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      }
    ],
    "name": "nonces",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "owner",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "spender",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "deadline",
        "type": "uint256"
      },
      {
        "internalType": "uint8",
        "name": "v",
        "type": "uint8"
      },
      {
        "internalType": "bytes32",
        "name": "r",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "s",
        "type": "bytes32"
      }
    ],
    "name": "permit",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "from",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "validAfter",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "validBefore",
        "type": "uint256"
      },
      {
        "internalType": "bytes32",
        "name": "nonce",
        "type": "bytes32"
      },
      {
        "internalType": "uint8",
        "name": "v",
        "type": "uint8"
      },
      {
        "internalType": "bytes32",
        "name": "r",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "s",
        "type": "bytes32"
      }
    ],
    "name": "receiveWithAuthorization",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "renounceOwnership",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "symbol",
    "outputs": [
      {
        "internalType": "string",
        "name": "",
        "type": "string"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "totalSupply",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      }
    ],
    "name": "transfer",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "from",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      }
    ],
    "name": "transferFrom",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "newOwner",
        "type": "address"
      }
    ],
    "name": "transferOwnership",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "from",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "to",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "value",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "validAfter",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "validBefore",
        "type": "uint256"
      },
      {
        "internalType": "bytes32",
        "name": "nonce",
        "type": "bytes32"
      },
      {
        "internalType": "uint8",
        "name": "v",
        "type": "uint8"
      },
      {
        "internalType": "bytes32",
        "name": "r",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "s",
        "type": "bytes32"
      }
    ],
    "name": "transferWithAuthorization",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  }
] as const;
