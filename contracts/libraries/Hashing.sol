// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits, StateClaim, StateHead} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {Terms} from "../types/Terms.sol";

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

    /// @notice `agentKey, connector`: the key under which a booking's listing is stored.
    function ofListing(Booking calldata booking) internal pure returns (ListingId id) {
        assembly ("memory-safe") {
            mstore(0, calldataload(add(booking, 0xa0))) // terms.agentKey
            mstore(0x20, and(calldataload(add(booking, 0x20)), shl(208, 0xffffffffffff))) // session's connector
            id := keccak256(0, 0x40)
        }
    }

    /// @notice `chainId, market, purse, listingId, firstSlot, slotCount, termsHash`.
    function ofBooking(
        Booking calldata booking,
        ListingId listingId,
        bytes32 termsHash
    ) internal view returns (BookingId id) {
        uint256 first = booking.session.firstSlot();
        uint256 count = booking.session.slotCount();
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            mstore(add(free, 0x40), calldataload(booking)) // purse
            mstore(add(free, 0x60), listingId)
            mstore(add(free, 0x80), first)
            mstore(add(free, 0xa0), count)
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
            mstore(add(free, 0x180), and(shr(128, money), mask64)) // firstUnsignedCost
            mstore(add(free, 0x1a0), and(limits, mask160)) // relayer
            mstore(add(free, 0x1c0), shr(192, money)) // relayFee
            mstore(add(free, 0x1e0), shr(160, limits)) // validUntil
            hash := keccak256(free, 0x200)
        }
    }

    /// @notice `bookingId, session, money, startHash, head, claim`.
    function ofState(
        BookingId bookingId,
        Booking calldata booking,
        StateHead head,
        StateClaim claim
    ) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, bookingId)
            calldatacopy(add(free, 0x20), add(booking, 0x20), 0x60) // session, money, startHash
            mstore(add(free, 0x80), head)
            mstore(add(free, 0xa0), claim)
            hash := keccak256(free, 0xc0)
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
