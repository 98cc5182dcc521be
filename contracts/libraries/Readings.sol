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

    function structHash(Reading calldata reading, BookingId bookingId) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    SignedTypes.READING,
                    bookingId,
                    reading.measure.seq(),
                    reading.measure.energyWh(),
                    reading.measure.beganAt(),
                    reading.measure.endedAt(),
                    reading.measure.overstaySec(),
                    reading.measure.isFinal(),
                    reading.evidenceHash,
                    reading.registersCommitment
                )
            );
    }
}
