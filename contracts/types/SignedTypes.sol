// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The EIP-712 types that are signed for the ledger; domain `Plugpact`, version `1`
/// @notice One list, so that signer and verifier cannot differ. A test compares it with protocol/signedTypes.ts.
/// Types for messages between agent and driver only (start, heartbeat) are only in protocol/.
library SignedTypes {
    bytes32 internal constant TERMS = keccak256(
        "Terms(address host,address agentKey,uint256 tariff,uint256 bookingTerms,uint256 metering,bytes32 meterKeyHash)"
    );

    bytes32 internal constant PUBLISH_LISTING = keccak256(
        "PublishListing(bytes32 listingId,bytes32 termsHash,uint256 weeklyHours,bytes32 placeHash,uint32 version)"
    );

    bytes32 internal constant SET_LISTING_STATUS = keccak256(
        "SetListingStatus(bytes32 listingId,uint8 status,uint32 version)"
    );

    bytes32 internal constant AGENT_CONSENT = keccak256(
        "AgentConsent(bytes32 listingId,address host,uint64 validUntil)"
    );

    bytes32 internal constant INTENT = keccak256(
        "Intent(address driver,bytes32 listingId,bytes32 termsHash,uint32 firstSlot,uint16 slotCount,uint64 cap,uint32 purse,uint64 generation,address sessionKey,bytes32 startHash,uint64 unsignedCost,uint64 allowedCost,address relayer,uint64 relayFee,uint64 validUntil)"
    );

    bytes32 internal constant READING = keccak256(
        "Reading(bytes32 bookingId,uint32 seq,uint48 energyWh,uint40 beganAt,uint40 endedAt,uint32 overstaySec,bool isFinal,bytes32 evidenceHash,bytes32 registersCommitment)"
    );

    bytes32 internal constant ALLOWANCE = keccak256("Allowance(bytes32 bookingId,uint64 cost)");

    bytes32 internal constant GIVE_BACK = keccak256("GiveBack(bytes32 bookingId,uint32 fromSlot)");

    bytes32 internal constant OFFER = keccak256(
        "Offer(bytes32 listingId,uint32 version,uint256 tariff,uint32 firstSlot,uint16 slotCount,address driver,uint64 validUntil)"
    );

    bytes32 internal constant CANCEL_BY_DRIVER = keccak256(
        "CancelByDriver(bytes32 bookingId,bool paysLateFee)"
    );

    bytes32 internal constant CANCEL_BY_HOST = keccak256(
        "CancelByHost(bytes32 bookingId,bytes32 overstayedBy)"
    );

    bytes32 internal constant ARRIVED = keccak256("Arrived(bytes32 bookingId)");

    bytes32 internal constant NO_SHOW = keccak256("NoShow(bytes32 bookingId)");

    bytes32 internal constant CHALLENGE = keccak256("Challenge(bytes32 bookingId)");

    bytes32 internal constant WITHDRAW = keccak256(
        "Withdraw(address account,uint32 purse,uint256 amount,address to,address relayer,uint256 relayFee,uint256 nonce,uint64 validUntil)"
    );

    bytes32 internal constant WITHDRAW_EARNINGS = keccak256(
        "WithdrawEarnings(address host,bytes32 listingId,uint256 amount,address to,address relayer,uint256 relayFee,uint256 nonce,uint64 validUntil)"
    );
}
