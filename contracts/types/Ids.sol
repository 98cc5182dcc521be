// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Identifies one connector of one meter agent: `keccak256(abi.encode(agentKey, connector))`. It is published
/// once, so its host never changes.
type ListingId is bytes32;

/// @notice Identifies one booking: hash of chain, market and the whole booking, its terms by their hash.
type BookingId is bytes32;

/// @notice A purse: `account << 32 | index`. A driver with several bookings at once uses several purses.
type PurseId is uint192;

using {same as ==, differs as !=} for ListingId global;

function same(ListingId a, ListingId b) pure returns (bool) {
    return ListingId.unwrap(a) == ListingId.unwrap(b);
}

function differs(ListingId a, ListingId b) pure returns (bool) {
    return ListingId.unwrap(a) != ListingId.unwrap(b);
}
