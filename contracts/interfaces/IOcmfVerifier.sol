// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MeterRecord} from "../types/Proof.sol";
import {Metering} from "../types/Terms.sol";

/// @notice What a meter's records must be bound to.
struct ProofBinding {
    bytes32 tagHash; // keccak256(chainId, market, bookingId, start secret): its first 100 bits are the idTag
    Metering metering; // algorithm and prefix of the idTag
    uint256 opens; // unix seconds; synchronised clocks must show times within [opens, closes] and tolerance
    uint256 closes;
}

/// @title Checks OCMF records: signature, binding, billability
/// @notice Stateless. A separate contract only because of its size.
interface IOcmfVerifier {
    /// @notice The energy that the records prove, in Wh, rounded down once. Reverts with `Ocmf_Refused`, which
    /// names the rule, or `Json_Malformed` when a record proves nothing.
    /// @param binding The booking.
    /// @param meterKey x ‖ y of the key that the terms pin.
    /// @param records Each with begin and end, or one with the begin followed by one with the end.
    function provenWh(
        ProofBinding calldata binding,
        bytes calldata meterKey,
        MeterRecord[] calldata records
    ) external view returns (uint256);

    /// @notice The same without a booking and its times: what the records show, for anyone who has evidence.
    /// @param algorithm See `MeterAlgorithm`.
    function unboundWh(
        uint8 algorithm,
        bytes calldata meterKey,
        MeterRecord[] calldata records
    ) external view returns (uint256);
}
