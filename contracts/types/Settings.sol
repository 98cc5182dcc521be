// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @notice Constants of a deployment.
struct Settings {
    IERC20Metadata token; // USDC-like: no fee on transfer, no rebasing, at most 8 decimals, supply below 2^64 units
    uint256 reportSec; // 72 h on L1, 48 h on rollups, 1 h on a local ledger; the same for the next two
    uint256 challengeSec;
    uint256 proofSec;
    uint256 bondMax; // token units
    uint256 firstTrustMax; // token units that a listing may ask a driver to trust, beside its overstay reserve
    uint256 forfeitMin; // token units: about what a proof costs in gas, the least that a lost challenge costs
    uint256 feeBasisPoints; // of what a charge costs, at most 100 (1 %); zero for none
    address feeTo; // the account whose purse 0 is credited with the fee; zero when there is no fee
    address guardian; // may pause new listings and bookings; zero for nobody
    uint256 guardianEndsAt; // unix seconds at which that role ends; zero for no guardian
}
