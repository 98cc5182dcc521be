// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, StateClaim, StateHead} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {Terms} from "../types/Terms.sol";

/// @title The hashes that every session pays for, taken from calldata without the copies that `abi.encode` makes
/// @notice Each equals `keccak256(abi.encode(...))` of the fields it names; protocol/ computes them that way, so that
/// every test of a booking holds the two equal.
/// @dev Memory beyond the free pointer is scratch: nothing here outlives its function. Fields are hashed as they
/// stand in calldata; an address with bits above 160 is refused where a listing is published or booked, since both
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

    /// @notice `chainId, market, purse, listingId, firstSlot, slotCount, termsHash`.
    function ofBooking(Booking calldata booking, bytes32 termsHash) internal view returns (BookingId id) {
        uint256 first = booking.session.firstSlot();
        uint256 count = booking.session.slotCount();
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            mstore(add(free, 0x40), calldataload(add(booking, 0x20)))
            mstore(add(free, 0x60), calldataload(booking))
            mstore(add(free, 0x80), first)
            mstore(add(free, 0xa0), count)
            mstore(add(free, 0xc0), termsHash)
            id := keccak256(free, 0xe0)
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
            calldatacopy(add(free, 0x20), add(booking, 0x40), 0x60) // session, money, startHash
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
