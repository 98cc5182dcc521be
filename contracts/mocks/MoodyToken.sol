// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Hostile: refuses or forgets transfers as told; anyone mints and tells
contract MoodyToken is ERC20 {
    enum Mood {
        HONEST,
        REVERT,
        RETURN_FALSE,
        PRETEND
    }

    error Moody_Refused();

    Mood public mood;

    constructor() ERC20("Moody", "MOOD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return _obey() && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (mood == Mood.PRETEND) return true;
        return _obey() && super.transferFrom(from, to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _obey() private view returns (bool) {
        if (mood == Mood.REVERT) revert Moody_Refused();
        return mood != Mood.RETURN_FALSE;
    }
}
