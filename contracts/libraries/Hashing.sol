// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {Reading} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {StateClaim, StateHead} from "../types/State.sol";
import {Tariff, Terms} from "../types/Terms.sol";

/// @title The hashes that every session computes, from calldata without the copies that `abi.encode` makes
/// @notice Each equals `keccak256(abi.encode(...))` of the fields it names; protocol/ computes them that way, so
/// every test of a booking compares the two.
/// @dev Memory beyond the free pointer is scratch: nothing here is used after its function. Fields are hashed as they
/// are in calldata; an address with bits above 160 is refused where a listing is published or booked, since both
/// read it, and a hash over such an address belongs to no listing and no booking.
library Hashing {
    /// @notice EIP-712 struct hash of terms.
    function ofTerms(Terms calldata terms) internal pure returns (bytes32 hash) {
        bytes32 typeHash = SignedTypes.TERMS;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), terms, 0xc0)
            hash := keccak256(free, 0xe0)
        }
    }

    /// @notice The same with another tariff in its place.
    function ofTermsWithTariff(Terms calldata terms, Tariff tariff) internal pure returns (bytes32 hash) {
        bytes32 typeHash = SignedTypes.TERMS;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), terms, 0xc0)
            mstore(add(free, 0x60), tariff)
            hash := keccak256(free, 0xe0)
        }
    }

    /// @notice `agentKey, connector`: the key under which a booking's listing is stored.
    function ofListing(Booking calldata booking) internal pure returns (ListingId id) {
        assembly ("memory-safe") {
            mstore(0, calldataload(add(booking, 0xa0))) // terms.agentKey
            mstore(0x20, and(calldataload(add(booking, 0x20)), shl(208, 0xffffffffffff))) // session's connector
            id := keccak256(0, 0x40)
        }
    }

    /// @notice `chainId, market`, the booking's own words and `termsHash`. The listing's id follows from these words.
    function ofBooking(Booking calldata booking, bytes32 termsHash) internal view returns (BookingId id) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            calldatacopy(add(free, 0x40), booking, 0x80) // purse, session, money, startHash
            mstore(add(free, 0xc0), termsHash)
            id := keccak256(free, 0xe0)
        }
    }

    /// @notice EIP-712 struct hash of `Intent`: what a driver signs to book.
    function ofIntent(
        Booking calldata booking,
        ListingId listingId,
        bytes32 termsHash,
        IntentLimits limits
    ) internal pure returns (bytes32 hash) {
        bytes32 typeHash = SignedTypes.INTENT;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let purse := calldataload(booking)
            let session := calldataload(add(booking, 0x20))
            let money := calldataload(add(booking, 0x40))
            let mask160 := shr(96, not(0))
            let mask64 := 0xffffffffffffffff
            mstore(free, typeHash)
            mstore(add(free, 0x20), and(purse, mask160)) // driver
            mstore(add(free, 0x40), listingId)
            mstore(add(free, 0x60), termsHash)
            mstore(add(free, 0x80), and(shr(160, session), 0xffffffff)) // firstSlot
            mstore(add(free, 0xa0), and(shr(192, session), 0xffff)) // slotCount
            mstore(add(free, 0xc0), and(money, mask64)) // cap
            mstore(add(free, 0xe0), and(shr(160, purse), 0xffffffff)) // purse
            mstore(add(free, 0x100), shr(192, purse)) // generation
            mstore(add(free, 0x120), and(session, mask160)) // sessionKey
            mstore(add(free, 0x140), calldataload(add(booking, 0x60))) // startHash
            mstore(add(free, 0x160), and(shr(64, money), mask64)) // unsignedCost
            mstore(add(free, 0x180), and(shr(128, money), mask64)) // allowedCost
            mstore(add(free, 0x1a0), and(limits, mask160)) // relayer
            mstore(add(free, 0x1c0), shr(192, money)) // relayFee
            mstore(add(free, 0x1e0), shr(160, limits)) // validUntil
            hash := keccak256(free, 0x200)
        }
    }

    /// @notice `bookingId, head, claim`.
    function ofState(
        BookingId bookingId,
        StateHead head,
        StateClaim claim
    ) internal pure returns (bytes32 hash) {
        return
            ofThree(
                BookingId.unwrap(bookingId),
                bytes32(StateHead.unwrap(head)),
                bytes32(StateClaim.unwrap(claim))
            );
    }

    /// @notice EIP-712 struct hash of a reading. `bookedAt` and the spare bits of the measure are no part of it.
    function ofReading(Reading calldata reading, BookingId bookingId) internal pure returns (bytes32 hash) {
        bytes32 typeHash = SignedTypes.READING;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let measure := calldataload(reading)
            mstore(free, typeHash)
            mstore(add(free, 0x20), bookingId)
            mstore(add(free, 0x40), and(measure, 0xffffffff)) // seq
            mstore(add(free, 0x60), and(shr(32, measure), 0xffffffffffff)) // energyWh
            mstore(add(free, 0x80), and(shr(80, measure), 0xffffffffff)) // beganAt
            mstore(add(free, 0xa0), and(shr(120, measure), 0xffffffffff)) // endedAt
            mstore(add(free, 0xc0), and(shr(160, measure), 0xffffffff)) // overstaySec
            mstore(add(free, 0xe0), and(shr(192, measure), 1)) // isFinal
            calldatacopy(add(free, 0x100), add(reading, 0x20), 0x40) // evidenceHash, registersCommitment
            hash := keccak256(free, 0x140)
        }
    }

    /// @notice One word: of a start secret, its start hash.
    function ofOne(bytes32 word) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, word)
            hash := keccak256(0, 0x20)
        }
    }

    /// @notice Three words.
    function ofThree(bytes32 a, bytes32 b, bytes32 c) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, a)
            mstore(add(free, 0x20), b)
            mstore(add(free, 0x40), c)
            hash := keccak256(free, 0x60)
        }
    }
}
