// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookingId} from "../types/Ids.sol";
import {Measure, Reading} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";

/// @title The EIP-712 struct hash of a reading
library Readings {
    /// @dev Bits that `Measure` uses; the rest must be zero, so that one reading has one encoding.
    uint256 private constant MEASURE_BITS = 193;

    function isWellFormed(Reading calldata reading) internal pure returns (bool) {
        return Measure.unwrap(reading.measure) >> MEASURE_BITS == 0;
    }

    /// @dev Written by hand to save gas in every session: `abi.encode` would copy and mask all ten words again.
    /// Assumes a well-formed measure, whose last field needs no mask.
    function structHash(Reading calldata reading, BookingId bookingId) internal pure returns (bytes32 hash) {
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
            mstore(add(free, 0xe0), shr(192, measure)) // isFinal
            calldatacopy(add(free, 0x100), add(reading, 0x20), 0x40) // evidenceHash, registersCommitment
            hash := keccak256(free, 0x140)
        }
    }
}
