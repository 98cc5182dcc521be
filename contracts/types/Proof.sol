// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Thrown when a record does not prove what it should; `rule` is the field or rule that it breaks.
error Ocmf_Refused(bytes32 rule);

/// @notice One OCMF record: the exact payload bytes that the meter signed, and its signature.
struct MeterRecord {
    bytes payload; // the JSON text between the first and the last `|` of `OCMF|payload|signature`
    bytes32 r;
    bytes32 s;
}

/// @notice What the meter recorded about a booking.
struct MeterProof {
    bytes32 secret; // the start secret: with it the ledger computes the idTag that the records must hold
    bytes meterKey; // x ‖ y, whose hash the terms pin
    MeterRecord[] records; // a record with begin and end, or one with the begin and then one with the end; repeated
}
