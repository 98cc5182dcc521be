// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Settlements} from "./stages/Settlements.sol";

/// @title Plugpact's market: joins the stages and holds the money
/// @notice Immutable, without owner. Nobody but the people of a booking can move its money, and every booking ends
/// by a signature or by a deadline.
contract PlugpactMarket is Settlements {
    /// @dev Balances have 64 bits; more decimals would leave too few whole tokens.
    uint256 private constant MAX_DECIMALS = 8;

    uint256 private constant MAX_WINDOW_SEC = 30 days;

    /// @param token A USDC-like ERC-20: no fee on transfer, no rebasing, a supply below 2^64 units.
    /// @param reportSec 72 h on L1, 7 d on rollups, 10 min on a local ledger; the same holds for the next two.
    /// @param challengeSec Seconds.
    /// @param proofSec Seconds.
    /// @param bondMax Token units.
    constructor(
        IERC20Metadata token,
        uint256 reportSec,
        uint256 challengeSec,
        uint256 proofSec,
        uint256 bondMax
    ) EIP712("Plugpact", "1") {
        uint256 decimals = token.decimals();
        if (decimals > MAX_DECIMALS) revert Market_TooManyDecimals(decimals, MAX_DECIMALS);
        _requireWindow(reportSec);
        _requireWindow(challengeSec);
        _requireWindow(proofSec);
        if (bondMax > type(uint64).max) revert Market_ConstantOutOfRange(bondMax, type(uint64).max);
        TOKEN = token;
        REPORT_SEC = reportSec;
        CHALLENGE_SEC = challengeSec;
        PROOF_SEC = proofSec;
        BOND_MAX = bondMax;
    }

    function _requireWindow(uint256 windowSec) private pure {
        if (windowSec == 0 || windowSec > MAX_WINDOW_SEC) {
            revert Market_ConstantOutOfRange(windowSec, MAX_WINDOW_SEC);
        }
    }
}
