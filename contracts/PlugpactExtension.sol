// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOcmfVerifier} from "./interfaces/IOcmfVerifier.sol";
import {Cancels} from "./stages/Cancels.sol";
import {Claims} from "./stages/Claims.sol";
import {Deadlines} from "./stages/Deadlines.sol";
import {Disputes} from "./stages/Disputes.sol";
import {Funding} from "./stages/Funding.sol";
import {MarketState} from "./stages/MarketState.sol";
import {NoShows} from "./stages/NoShows.sol";
import {Views} from "./stages/Views.sol";
import {WalletBookings} from "./stages/WalletBookings.sol";
import {Settings} from "./types/Settings.sol";

/// @title The market's rarer calls: wallets' bookings, cancels, claims, disputes, money by signature, views
/// @notice Holds no money. The market runs this code on its own storage (delegatecall); the deployment of the market
/// fixed this address.
contract PlugpactExtension is Views, WalletBookings, Cancels, NoShows, Claims, Disputes, Deadlines, Funding {
    constructor(Settings memory settings, IOcmfVerifier verifier) MarketState(settings) Disputes(verifier) {}
}
